#include "runtime/real_clock.hpp"

#include "runtime/running.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

namespace strowger {

namespace {

// An alarm's id is its slot and the slot's round, so that a token of an alarm that rang takes back
// nothing else.
class heap_clock final : public real_clock, token_owner {
public:
    explicit heap_clock(executor loop) : timer_(std::in_place, std::move(loop)) {}
    ~heap_clock() override { stop(); }

    void stop() override {
        *alive_ = false;
        timer_.reset();
    }

    steady_time now() const noexcept override { return std::chrono::steady_clock::now(); }
    wall_time wall() const noexcept override { return std::chrono::system_clock::now(); }

    token at(steady_time when, std::function<void()> then) override {
        std::uint32_t slot = 0;
        if (free_.empty()) {
            slot = static_cast<std::uint32_t>(slots_.size());
            slots_.emplace_back();
        } else {
            slot = free_.back();
            free_.pop_back();
        }
        slots_[slot].then = std::move(then);
        push({when, slot, slots_[slot].round});
        if (when < armed_) arm(when);
        return token(*this, (std::uint64_t{slots_[slot].round} << 32) | slot);
    }

private:
    struct alarm {
        std::function<void()> then;
        std::uint32_t round = 0;
    };
    struct entry {
        steady_time when;
        std::uint32_t slot;
        std::uint32_t round;
        bool operator<(const entry& other) const noexcept { return when > other.when; }
    };

    void push(entry added) {
        heap_.push_back(added);
        std::push_heap(heap_.begin(), heap_.end());
    }
    bool stale(const entry& which) const noexcept {
        return slots_[which.slot].round != which.round;
    }

    void withdraw(std::uint64_t id) noexcept override {
        auto slot = static_cast<std::uint32_t>(id);
        if (slots_[slot].round != static_cast<std::uint32_t>(id >> 32)) return;
        take(slot);
        // What was taken back stays in the heap until it is due, or until most of it is like that.
        if (++stale_ > 1024 && stale_ > heap_.size() / 2) {
            std::erase_if(heap_, [this](const entry& each) { return stale(each); });
            std::make_heap(heap_.begin(), heap_.end());
            stale_ = 0;
        }
    }

    std::function<void()> take(std::uint32_t slot) noexcept {
        ++slots_[slot].round;
        free_.push_back(slot);
        return std::exchange(slots_[slot].then, nullptr);
    }

    void arm(steady_time when) {
        if (!timer_) return;
        armed_ = when;
        timer_->expires_at(when);
        timer_->async_wait([this, alive = alive_](boost::system::error_code stopped) {
            if (!stopped && *alive) ring();
        });
    }

    void ring() {
        armed_ = steady_time::max();
        auto time = now();
        auto alive = alive_;
        while (!heap_.empty() && heap_.front().when <= time) {
            auto due = heap_.front();
            std::pop_heap(heap_.begin(), heap_.end());
            heap_.pop_back();
            if (stale(due)) {
                if (stale_ > 0) --stale_;
                continue;
            }
            auto then = take(due.slot);
            try {
                then();
            } catch (...) {
                if (*alive) arm_next();
                throw;
            }
            if (!*alive) return;
        }
        arm_next();
    }

    void arm_next() {
        if (!heap_.empty() && heap_.front().when < armed_) arm(heap_.front().when);
    }

    std::optional<boost::asio::steady_timer> timer_;
    steady_time armed_ = steady_time::max();
    std::vector<alarm> slots_;
    std::vector<std::uint32_t> free_;
    std::vector<entry> heap_;
    std::size_t stale_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class clock_view final : public module_clock, token_owner {
public:
    clock_view(clock& all, const char* module) : all_(all), module_(module) {}
    steady_time now() const noexcept override { return all_.now(); }
    wall_time wall() const noexcept override { return all_.wall(); }
    token at(steady_time when, std::function<void()> then) override {
        auto id = ++last_id_;
        auto ring = [this, id, then = std::move(then)]() mutable {
            running_scope shown(module_);
            auto call = std::move(then);
            withdraw(id);
            call();
        };
        waiting_.emplace(id, all_.at(when, std::move(ring)));
        return token(*this, id);
    }
    std::size_t alarms() const noexcept override { return waiting_.size(); }

private:
    void withdraw(std::uint64_t id) noexcept override { waiting_.erase(id); }

    clock& all_;
    const char* module_;
    std::uint64_t last_id_ = 0;
    std::unordered_map<std::uint64_t, token> waiting_;
};

}  // namespace

std::unique_ptr<real_clock> make_real_clock(executor loop) {
    return std::make_unique<heap_clock>(std::move(loop));
}

std::unique_ptr<module_clock> make_clock_view(clock& all, const char* module) {
    return std::make_unique<clock_view>(all, module);
}

}  // namespace strowger
