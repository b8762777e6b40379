// How late the control loop is: a timer that says by how much it was missed. While it is late
// beyond the limit new requests outside dialogs are refused, and calls that are up go on (design,
// 1.2). One stall is no overload: only several late ticks in a row are. Control loop.
#pragma once

#include <strowger/clock.hpp>

#include <chrono>

namespace strowger::sofia {

class load_gauge {
public:
    static constexpr std::chrono::milliseconds period{50};
    static constexpr std::chrono::milliseconds limit{20};
    static constexpr unsigned ticks = 4;

    void start(strowger::clock& time);
    void stop() noexcept { timer_.reset(); }
    bool overloaded() const noexcept { return late_ticks_ >= ticks; }
    // A tick came so much later than it should have.
    void tick(std::chrono::milliseconds late) noexcept {
        late_ticks_ = late > limit ? late_ticks_ + 1 : 0;
    }

private:
    strowger::clock* time_ = nullptr;
    unsigned late_ticks_ = 0;
    token timer_;
};

}  // namespace strowger::sofia
