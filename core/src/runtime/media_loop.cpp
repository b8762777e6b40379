#include "runtime/media_loop.hpp"

#include "runtime/running.hpp"

#include "runtime/media_ring.hpp"

#include <strowger/text.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <memory>
#include <system_error>
#include <thread>
#include <unordered_map>

namespace strowger {

namespace {

constexpr std::size_t ring_size = 4096;
constexpr long tick_ns = 20'000'000;
// What the media thread is done with is taken back this much later: a wake-up for each would cost
// more than all the rest of it (measured: a quarter of a call's CPU time).
constexpr std::chrono::milliseconds sweep_after{20};

class descriptor {
public:
    descriptor(int fd, const char* what) : fd_(fd) {
        if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
    }
    ~descriptor() { ::close(fd_); }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int get() const noexcept { return fd_; }

private:
    int fd_;
};

// One socket. Made and freed on the control loop; `handler` belongs to the media thread once it is
// set there.
struct watch {
    int fd;
    media_handler* handler = nullptr;
};

void signal_event(int fd) noexcept {
    std::uint64_t one = 1;
    // An eventfd that is full is signalled already.
    [[maybe_unused]] auto written = ::write(fd, &one, sizeof one);
}

void clear_event(int fd) noexcept {
    std::uint64_t count = 0;
    [[maybe_unused]] auto got = ::read(fd, &count, sizeof count);
}

class epoll_media_loop final : public media_loop {
public:
    epoll_media_loop(executor control, std::string name)
        : epoll_(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"),
          wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"),
          timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create"),
          control_(control),
          sweep_(std::make_shared<boost::asio::steady_timer>(control)) {
        listen(wake_.get(), &wake_watch_);
        listen(timer_.get(), &timer_watch_);
        activity_.thread = lasting_name(name);
        thread_ = std::thread([this, name = std::move(name)] {
            ::prctl(PR_SET_NAME, name.substr(0, 15).c_str());
            set_this_activity(&activity_);
            run();
        });
    }

    ~epoll_media_loop() override {
        while (!backlog_.empty()) {
            flush();
            std::this_thread::yield();
            reclaim();
        }
        stopping_.store(true);
        signal_event(wake_.get());
        thread_.join();
        alive_.reset();
        sweep_->cancel();
        reclaim();
    }

    result<void> add(int fd, media_handler& handler) override {
        auto made = std::make_unique<watch>(watch{fd});
        auto* which = made.get();
        // Registered here so that an error reaches the caller; armed in order, over there.
        ::epoll_event silent{};
        silent.data.ptr = which;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &silent) != 0)
            return fail(errc::io_error, cat("the media thread cannot watch descriptor ", fd, ": ",
                                            std::string_view(std::strerror(errno))));
        watches_[fd] = std::move(made);
        post([this, which, &handler] {
            which->handler = &handler;
            ::epoll_event armed{};
            armed.events = EPOLLIN;
            armed.data.ptr = which;
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, which->fd, &armed);
        });
        return {};
    }

    void ticking(media_handler& handler, bool on) override {
        if (!on) {
            if (wanted_ticks_ > 0) --wanted_ticks_;
            post([this, &handler] { stop_ticking(handler); });
            return;
        }
        ++wanted_ticks_;
        if (wanted_ticks_ <= tick_room_) {
            post([this, &handler] { start_ticking(handler); });
            return;
        }
        // The list grows here: the media thread only swaps and copies.
        tick_room_ = std::max<std::size_t>(64, tick_room_ * 2);
        auto larger = std::make_shared<std::vector<media_handler*>>();
        larger->reserve(tick_room_);
        post([this, larger, &handler] {
            larger->assign(tickers_.begin(), tickers_.end());
            tickers_.swap(*larger);
            start_ticking(handler);
        });
    }

    void remove(int fd, media_handler&, std::function<void()> done) override {
        auto found = watches_.find(fd);
        if (found == watches_.end()) {
            submit({[] {}, std::move(done)});
            return;
        }
        std::shared_ptr<watch> gone = std::move(found->second);
        watches_.erase(found);
        submit({[this, gone] {
                    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, gone->fd, nullptr);
                    gone->handler = nullptr;
                },
                std::move(done)});
    }

    void post(std::function<void()> work) override { submit({std::move(work), {}}); }

    std::size_t load() const noexcept override { return watches_.size(); }

private:
    void listen(int fd, watch* which) {
        ::epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = which;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
            throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }

    // ---- control loop

    void submit(media_ring::slot entry) {
        if (!backlog_.empty() || !ring_.push(entry)) {
            backlog_.push_back(std::move(entry));
            flush();
        }
        wake_later();
        sweep_later();
    }

    void flush() {
        while (!backlog_.empty() && ring_.push(backlog_.front())) backlog_.pop_front();
        if (asleep_.exchange(false)) signal_event(wake_.get());
    }

    // One wake-up for all that this turn of the control loop has to say.
    void wake_later() {
        if (std::exchange(wake_due_, true)) return;
        std::weak_ptr<int> alive = alive_;
        boost::asio::post(control_, [this, alive] {
            if (alive.expired()) return;
            wake_due_ = false;
            if (asleep_.exchange(false)) signal_event(wake_.get());
        });
    }

    void reclaim() {
        media_ring::slot entry;
        while (ring_.reclaim(entry)) {
            auto finished = std::exchange(entry, {});
            finished.work = nullptr;
            if (finished.done) finished.done();
        }
    }

    void sweep_later() {
        if (std::exchange(sweeping_, true)) return;
        std::weak_ptr<int> alive = alive_;
        sweep_->expires_after(sweep_after);
        sweep_->async_wait([this, alive, keep = sweep_](boost::system::error_code) {
            if (alive.expired()) return;
            sweeping_ = false;
            reclaim();
            if (alive.expired()) return;
            flush();
            if (ring_.unreclaimed() != 0 || !backlog_.empty()) sweep_later();
        });
    }

    // ---- media thread

    void run() noexcept {
        ::epoll_event events[128];
        for (;;) {
            asleep_.store(true);
            // What was pushed before the flag was seen would wait for ever.
            int timeout = ring_.empty() && !stopping_.load() ? -1 : 0;
            int count = ::epoll_wait(epoll_.get(), events, 128, timeout);
            asleep_.store(false);
            bool tick_due = false;
            for (int i = 0; i < count; ++i) {
                auto* which = static_cast<watch*>(events[i].data.ptr);
                if (which == &wake_watch_) {
                    clear_event(wake_.get());
                } else if (which == &timer_watch_) {
                    clear_event(timer_.get());
                    tick_due = true;
                } else if (which->handler != nullptr) {
                    which->handler->readable(which->fd);
                }
            }
            if (tick_due) tick();
            // Last: no event of this batch can name a watch that a task here lets go.
            ring_.run();
            if (stopping_.load() && ring_.empty()) return;
        }
    }

    void tick() noexcept {
        ::timespec time{};
        ::clock_gettime(CLOCK_MONOTONIC, &time);
        auto now = static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
                   static_cast<std::uint64_t>(time.tv_nsec);
        for (auto* each : tickers_) each->tick(now);
    }

    void start_ticking(media_handler& handler) noexcept {
        if (std::find(tickers_.begin(), tickers_.end(), &handler) != tickers_.end()) return;
        if (tickers_.size() == tickers_.capacity()) return;  // cannot be: the control loop counts
        tickers_.push_back(&handler);
        if (tickers_.size() == 1) set_timer(tick_ns);
    }

    void stop_ticking(media_handler& handler) noexcept {
        auto found = std::find(tickers_.begin(), tickers_.end(), &handler);
        if (found == tickers_.end()) return;
        *found = tickers_.back();
        tickers_.pop_back();
        if (tickers_.empty()) set_timer(0);
    }

    void set_timer(long every_ns) noexcept {
        ::itimerspec when{};
        when.it_interval.tv_nsec = every_ns;
        when.it_value.tv_nsec = every_ns;
        ::timerfd_settime(timer_.get(), 0, &when, nullptr);
    }

    descriptor epoll_, wake_, timer_;
    watch wake_watch_{-1}, timer_watch_{-1};
    media_ring ring_{ring_size};
    std::atomic<bool> asleep_{false}, stopping_{false};
    // Control loop:
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    executor control_;
    std::shared_ptr<boost::asio::steady_timer> sweep_;
    bool wake_due_ = false, sweeping_ = false;
    std::deque<media_ring::slot> backlog_;
    std::unordered_map<int, std::unique_ptr<watch>> watches_;
    std::size_t wanted_ticks_ = 0, tick_room_ = 0;
    // Media thread:
    std::vector<media_handler*> tickers_;
    thread_activity activity_;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<media_loop> make_media_loop(executor control_loop, std::string thread_name) {
    return std::make_unique<epoll_media_loop>(std::move(control_loop), std::move(thread_name));
}

}  // namespace strowger
