// A clock that tests turn by hand.
#pragma once

#include <strowger/clock.hpp>

#include <map>
#include <utility>

namespace strowger::testing {

class manual_clock final : public clock, token_owner {
public:
    steady_time now() const noexcept override { return now_; }
    wall_time wall() const noexcept override { return wall_; }
    token at(steady_time when, std::function<void()> then) override {
        auto id = ++last_;
        waiting_.emplace(std::pair{when, id}, std::move(then));
        return token(*this, id);
    }
    // Moves time on; everything due is called in order, at its own time.
    void advance(steady_time::duration by) {
        auto goal = now_ + by;
        while (!waiting_.empty() && waiting_.begin()->first.first <= goal) {
            auto next = waiting_.extract(waiting_.begin());
            wall_ += std::chrono::duration_cast<wall_time::duration>(next.key().first - now_);
            now_ = next.key().first;
            next.mapped()();
        }
        wall_ += std::chrono::duration_cast<wall_time::duration>(goal - now_);
        now_ = goal;
    }
    // A step of the wall clock alone, as an operator or NTP makes it.
    void step_wall(wall_time::duration by) { wall_ += by; }
    std::size_t pending() const noexcept { return waiting_.size(); }

private:
    void withdraw(std::uint64_t id) noexcept override {
        for (auto it = waiting_.begin(); it != waiting_.end(); ++it)
            if (it->first.second == id) {
                waiting_.erase(it);
                return;
            }
    }
    steady_time now_{std::chrono::hours(1)};
    wall_time wall_{std::chrono::hours(24 * 365 * 55)};
    std::uint64_t last_ = 0;
    std::map<std::pair<steady_time, std::uint64_t>, std::function<void()>> waiting_;
};

}  // namespace strowger::testing
