// The time in which no registration store is there, because it is being reloaded: what came
// meanwhile waits here, in its order. Control loop only.
#pragma once

#include <strowger/clock.hpp>

#include <deque>
#include <functional>
#include <optional>

namespace strowger::sofia {

class store_gap {
public:
    // Called once: with true when the store is there again, with false when it stayed away.
    using turn = std::function<void(bool there)>;

    // `there` looks for the store; it is asked often, but only while somebody waits.
    store_gap(clock& time, std::function<bool()> there) : time_(time), there_(std::move(there)) {}

    // Does nobody wait (any more)? When the store is back, those who waited have their turns first.
    bool over();
    // The store was found: the next time without it is a gap of its own.
    void found() noexcept { until_.reset(); }
    // False: it has been away for too long, or too many wait, and `what` is not kept. A gap lasts
    // `patience` from when the store was first missed: without mod_sqlite nobody waits long.
    bool wait(turn what);

    static constexpr milliseconds patience{4000};
    static constexpr milliseconds pause{10};  // between two looks
    static constexpr std::size_t most = 5000;

private:
    void look();
    void give_turns(bool there);

    clock& time_;
    std::function<bool()> there_;
    std::deque<turn> waiting_;
    std::optional<steady_time> until_;
    token timer_;
};

}  // namespace strowger::sofia
