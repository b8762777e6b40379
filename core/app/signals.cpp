#include "signals.hpp"

#include <boost/asio/post.hpp>

#include <unistd.h>

#include <csignal>
#include <string_view>

namespace strowger {
namespace {

// The core gives up after 12 s by itself, when its loop turns.
constexpr std::chrono::seconds longest_end{13};

[[noreturn]] void give_up(std::string_view why) {
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, why.data(), why.size());
    ::_exit(1);
}

}  // namespace

signals::signals(core& pbx)
    : pbx_(pbx),
      thread_("strowger-signal", pbx.log()),
      set_(thread_.context(), SIGTERM, SIGINT, SIGHUP),
      limit_(thread_.context()) {
    listen();
}

signals::~signals() { thread_.stop(); }

void signals::listen() {
    set_.async_wait([this](boost::system::error_code stopped, int number) {
        if (stopped) return;
        if (number == SIGHUP)
            boost::asio::post(pbx_.loop(), [&pbx = pbx_] { pbx.reload(); });
        else
            end();
        listen();
    });
}

void signals::end() {
    auto now = std::chrono::steady_clock::now();
    if (asked_) {
        // Not sooner: some tools signal the process and then its group.
        if (now - *asked_ > milliseconds(500))
            give_up("strowger: told to end a second time; the program ends now\n");
        return;
    }
    asked_ = now;
    boost::asio::post(pbx_.loop(), [&pbx = pbx_] { pbx.shutdown(); });
    limit_.expires_after(longest_end);
    limit_.async_wait([](boost::system::error_code cancelled) {
        if (!cancelled) give_up("strowger: the control loop is held; the program ends now\n");
    });
}

}  // namespace strowger
