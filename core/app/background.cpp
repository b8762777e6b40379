#include "background.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace strowger {

namespace {

// What the child says: nothing but an end means that it died; "ready" that all is well.
[[noreturn]] void wait_for(int from) {
    std::string said;
    char part[512];
    for (;;) {
        auto got = ::read(from, part, sizeof part);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        said.append(part, static_cast<std::size_t>(got));
    }
    if (said == "ready") ::_exit(0);
    if (said.empty()) said = "the program died while it started";
    std::fprintf(stderr, "strowger: %s\n", said.c_str());
    ::_exit(1);
}

}  // namespace

void background::enter() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    auto child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child > 0) {
        ::close(ends[1]);
        wait_for(ends[0]);
    }
    ::close(ends[0]);
    ::setsid();
    pipe_ = ends[1];
}

void background::ready(const std::string& log_dir) {
    if (pipe_ < 0) return;
    int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    int crash = ::open((log_dir + "/crash.log").c_str(),
                       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(crash >= 0 ? crash : nothing, STDERR_FILENO);
    [[maybe_unused]] auto written = ::write(pipe_, "ready", 5);
    ::close(pipe_);
    pipe_ = -1;
}

void background::failed(const std::string& why) {
    if (pipe_ < 0) return;
    [[maybe_unused]] auto written = ::write(pipe_, why.data(), why.size());
    ::close(pipe_);
    pipe_ = -1;
}

}  // namespace strowger
