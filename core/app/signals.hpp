// SIGTERM, SIGINT and SIGHUP, heard on a thread of their own: a control loop that something holds
// does not keep the program from ending.
#pragma once

#include "runtime/core.hpp"
#include "runtime/io_thread.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>

namespace strowger {

class signals {
public:
    // From here on a signal does not kill what is half started: its order waits until the loop
    // runs. `pbx` outlives it.
    explicit signals(core& pbx);
    ~signals();

private:
    void listen();
    // The first order to end is one to the core, which has a limit to obey it; another one, half a
    // second later or more, ends the program at once.
    void end();

    core& pbx_;
    io_thread thread_;
    boost::asio::signal_set set_;
    boost::asio::steady_timer limit_;
    std::optional<std::chrono::steady_clock::time_point> asked_;
};

}  // namespace strowger
