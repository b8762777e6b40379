// One of the core's threads with a loop of its own: an edge, a handshake thread.
#pragma once

#include "runtime/running.hpp"

#include <strowger/log.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <string>
#include <thread>

namespace strowger {

// Runs `loop` until it is stopped or has no work; what a handler throws is logged, and it goes on.
void run_loop(boost::asio::io_context& loop, logger& log);

class io_thread {
public:
    // Its services are prepared (see services.hpp). `log` outlives it.
    io_thread(std::string name, logger& log);
    ~io_thread();  // stops the loop and joins
    void stop();   // the same; the context stays
    boost::asio::io_context& context() noexcept { return context_; }

private:
    std::string name_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        context_.get_executor()};
    thread_activity activity_;
    std::thread thread_;
};

}  // namespace strowger
