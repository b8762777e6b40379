// Runs a loop until something holds; false when that takes implausibly long.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>

namespace strowger::testing {

inline bool run_loop_until(boost::asio::io_context& loop, const std::function<bool()>& met) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!met()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        loop.restart();
        loop.run_one_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace strowger::testing
