#include "runtime/io_thread.hpp"

#include "runtime/services.hpp"

#include <sys/prctl.h>

#include <exception>

namespace strowger {

void run_loop(boost::asio::io_context& loop, logger& log) {
    for (;;) {
        try {
            loop.run();
            return;
        } catch (const std::exception& thrown) {
            log.error("a handler threw: ", std::string_view(thrown.what()));
        } catch (...) {
            log.error("a handler threw an exception of an unknown type");
        }
    }
}

io_thread::io_thread(std::string name, logger& log) : name_(std::move(name)) {
    prepare_services(context_);
    activity_.thread = lasting_name(name_);
    thread_ = std::thread([this, &log] {
        ::prctl(PR_SET_NAME, name_.substr(0, 15).c_str());
        set_this_activity(&activity_);
        run_loop(context_, log);
    });
}

io_thread::~io_thread() { stop(); }

void io_thread::stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace strowger
