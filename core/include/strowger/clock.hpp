// Injected time. Real in the program, turned by hand in tests. Control loop only.
#pragma once

#include <strowger/token.hpp>

#include <chrono>
#include <functional>

namespace strowger {

using steady_time = std::chrono::steady_clock::time_point;
using wall_time = std::chrono::system_clock::time_point;
using std::chrono::milliseconds;
using std::chrono::seconds;

class clock {
public:
    virtual ~clock();
    virtual steady_time now() const noexcept = 0;
    virtual wall_time wall() const noexcept = 0;
    // Calls `then` once on the control loop, not before `when`; the token takes it back.
    virtual token at(steady_time when, std::function<void()> then) = 0;
    token after(steady_time::duration delay, std::function<void()> then) {
        return at(now() + delay, std::move(then));
    }
};

}  // namespace strowger
