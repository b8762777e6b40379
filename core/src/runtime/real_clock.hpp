// The real clock: all alarms in one heap behind one Asio timer. Control loop only.
#pragma once

#include <strowger/clock.hpp>
#include <strowger/task.hpp>

#include <memory>

namespace strowger {

class real_clock : public clock {
public:
    // No alarm rings any more, and the loop is not used again. What was set stays until the clock
    // goes, so that tokens may outlive the loop.
    virtual void stop() = 0;
};

// `loop` is the control loop. The clock outlives its tokens.
std::unique_ptr<real_clock> make_real_clock(executor loop);
// A module's own view of a clock: alarms that it did not take back go with the view.
// `module` is a lasting name, shown while an alarm runs.
class module_clock : public clock {
public:
    virtual std::size_t alarms() const noexcept = 0;  // set, and not rung yet
};
std::unique_ptr<module_clock> make_clock_view(clock& all, const char* module);

}  // namespace strowger
