// One coroutine waits, somebody wakes it, or a deadline of the injected clock does. Control loop
// only.
#pragma once

#include <strowger/clock.hpp>
#include <strowger/task.hpp>

#include <boost/asio/steady_timer.hpp>

namespace strowger {

class waiter {
public:
    explicit waiter(const executor& on) : sleeper_(on, steady_time::max()) {}
    // True when woken (also when wake() came before), false at the deadline. Cancellation of the
    // coroutine throws boost::system::system_error(operation_aborted). `time` and the waiter
    // outlive it.
    task<bool> wait_until(clock& time, steady_time deadline);
    void wake() noexcept;

private:
    boost::asio::steady_timer sleeper_;  // never expires: cancelling it is the waking
    bool woken_ = false;
    bool late_ = false;
};

}  // namespace strowger
