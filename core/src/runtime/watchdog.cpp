#include "runtime/watchdog.hpp"

#include "runtime/stacks.hpp"

#include <strowger/events.hpp>
#include <strowger/text.hpp>

#include <boost/asio/post.hpp>

#include <malloc.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace strowger {

watchdog::~watchdog() = default;

namespace {

using steady = std::chrono::steady_clock;

// The probe that travels through the loop. Shared with the loop's queue, which may outlive us.
struct probe {
    std::atomic<steady::rep> sent{0};  // 0: not on its way
    std::atomic<std::int64_t> delay_us{0};
    std::atomic<bool> held{false};
    std::atomic<const char*> who{nullptr};
    std::atomic<bool> alive{true};
};

class loop_watchdog final : public watchdog {
public:
    loop_watchdog(boost::asio::io_context& loop, thread_activity& activity, bus& facts, logger& log,
                  watchdog_options options)
        : loop_(loop), activity_(activity), facts_(facts), log_(log), options_(options) {
        prepare_stacks();
        loop_thread_ = ::gettid();
        thread_ = std::thread([this] {
            ::prctl(PR_SET_NAME, "strowger-watch");
            watch();
        });
    }

    ~loop_watchdog() override {
        {
            std::scoped_lock guard(lock_);
            ending_ = true;
        }
        changed_.notify_all();
        thread_.join();
        probe_->alive.store(false);
    }

    std::chrono::microseconds delay() const noexcept override {
        auto last = std::chrono::microseconds(probe_->delay_us.load(std::memory_order_relaxed));
        auto sent = probe_->sent.load(std::memory_order_relaxed);
        if (sent == 0) return last;
        auto waits = std::chrono::duration_cast<std::chrono::microseconds>(
            steady::now() - steady::time_point(steady::duration(sent)));
        return std::max(last, waits);
    }

    void exit_after(std::chrono::milliseconds limit) override {
        std::scoped_lock guard(lock_);
        exit_at_ = steady::now() + limit;
    }

private:
    void watch() {
        std::unique_lock guard(lock_);
        auto seen_turns = activity_.turns.load();
        while (!ending_) {
            changed_.wait_for(guard, options_.every);
            if (ending_) return;
            if (steady::now() > exit_at_) give_up();
            if (probe_->sent.load() == 0) {
                seen_turns = activity_.turns.load(std::memory_order_relaxed);
                send();
                continue;
            }
            auto turns = activity_.turns.load(std::memory_order_relaxed);
            if (turns != seen_turns) {
                // Slow, but it turns: a queue, not one handler that holds the loop.
                seen_turns = turns;
                since_ = steady::now();
                continue;
            }
            auto held = steady::now() - since_;
            if (held > options_.limit && !probe_->held.load()) report(held);
        }
    }

    void send() {
        since_ = steady::now();
        probe_->sent.store(since_.time_since_epoch().count());
        boost::asio::post(loop_, [this, probe = probe_] { arrived(*probe); });
    }

    // On the control loop. `this` may be gone: only `which` says so.
    void arrived(probe& which) {
        auto sent = steady::time_point(steady::duration(which.sent.load()));
        auto delay = steady::now() - sent;
        which.delay_us.store(std::chrono::duration_cast<std::chrono::microseconds>(delay).count());
        bool held = which.held.exchange(false);
        const char* who = which.who.load();
        which.sent.store(0);
        if (!held || !which.alive.load()) return;
        auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(delay).count();
        std::string_view module = who == nullptr ? "core" : who;
        log_.warning("the control loop turns again: ", module, " held it for ", ms, " ms");
        facts_.publish(loop_held{module, static_cast<int>(ms)});
    }

    void report(steady::duration held) {
        auto frames = stack_of(loop_thread_);
        if (waits_for_events(frames)) return;  // nobody holds it: the machine has no time for us
        // One module may call another's command or application: the stack knows better.
        auto inside = module_in(frames);
        const char* who =
            inside.empty() ? activity_.what.load(std::memory_order_relaxed) : lasting_name(inside);
        probe_->who.store(who);
        probe_->held.store(true);
        auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(held).count();
        auto text = cat("the control loop has been held for ", ms, " ms by ",
                        std::string_view(who == nullptr ? "core" : who),
                        ": no call moves until it returns. Its stack:");
        for (const auto& line : describe(frames)) text += "\n    " + line;
        log_.critical(text);
        ::malloc_trim(0);  // symbols were read: tens of megabytes that nobody needs now
    }

    [[noreturn]] void give_up() {
        constexpr std::string_view text =
            "strowger: the orderly shutdown took too long; the program ends now\n";
        [[maybe_unused]] auto written = ::write(STDERR_FILENO, text.data(), text.size());
        ::_exit(1);
    }

    boost::asio::io_context& loop_;
    thread_activity& activity_;
    bus& facts_;
    logger& log_;
    watchdog_options options_;
    ::pid_t loop_thread_;
    std::shared_ptr<probe> probe_ = std::make_shared<probe>();
    steady::time_point since_ = steady::now();
    steady::time_point exit_at_ = steady::time_point::max();
    std::mutex lock_;
    std::condition_variable changed_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<watchdog> make_watchdog(boost::asio::io_context& loop,
                                        thread_activity& loop_activity, bus& facts, logger& log,
                                        watchdog_options options) {
    return std::make_unique<loop_watchdog>(loop, loop_activity, facts, log, options);
}

}  // namespace strowger
