// The watchdog: a thread that looks whether the control loop turns. A loop that one handler holds
// for more than 50 ms is reported while it is held, with the module that runs and the stack; when
// it turns again, once more as a fact (loop_held).
#pragma once

#include "runtime/running.hpp"

#include <strowger/bus.hpp>
#include <strowger/log.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>

namespace strowger {

struct watchdog_options {
    std::chrono::milliseconds every{20};
    std::chrono::milliseconds limit{50};
};

class watchdog {
public:
    virtual ~watchdog();
    // How long the last probe waited in the loop's queue (or waits now, when that is longer). Any
    // thread.
    virtual std::chrono::microseconds delay() const noexcept = 0;
    // Ends the program at once (status 1) when it still runs after `limit`. Any thread.
    virtual void exit_after(std::chrono::milliseconds limit) = 0;
};

// Made on the control loop's thread, whose activity is `loop_activity`; destroyed there. All
// arguments outlive it.
std::unique_ptr<watchdog> make_watchdog(boost::asio::io_context& loop,
                                        thread_activity& loop_activity, bus& facts, logger& log,
                                        watchdog_options options = {});

}  // namespace strowger
