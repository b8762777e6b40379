#include "pid_file.hpp"

#include <strowger/text.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace strowger {

namespace {

int read_pid(int fd) noexcept {
    char text[32] = "";
    auto got = ::pread(fd, text, sizeof text - 1, 0);
    int pid = 0;
    if (got <= 0 || !parse_number(trim(std::string_view(text, static_cast<std::size_t>(got))), pid))
        return 0;
    return pid;
}

}  // namespace

pid_file::pid_file(std::string run_dir) : path_(std::move(run_dir) + "/strowger.pid") {}

pid_file::~pid_file() {
    if (ours_) ::unlink(path_.c_str());
    if (fd_ >= 0) ::close(fd_);
}

// False: whoever had it has removed the file since it was opened here.
bool pid_file::is_in_place() const noexcept {
    struct ::stat opened {};
    struct ::stat named {};
    return ::fstat(fd_, &opened) == 0 && ::lstat(path_.c_str(), &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

result<void> pid_file::take() {
    for (int tries = 0; tries < 10; ++tries) {
        fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd_ < 0 || ::flock(fd_, LOCK_EX | LOCK_NB) != 0 || is_in_place()) break;
        ::close(std::exchange(fd_, -1));
    }
    if (fd_ < 0)
        return fail(errc::io_error, cat("the pid file ", path_, " cannot be written: ",
                                        std::string_view(std::strerror(errno)),
                                        "; give another directory with -run"));
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0)
        return fail(errc::already_exists,
                    cat("a Strowger with process number ", read_pid(fd_), " runs already with ",
                        path_, ": stop it with -stop, or give another -run directory"));
    ours_ = true;
    auto text = cat(static_cast<int>(::getpid()), "\n");
    if (::ftruncate(fd_, 0) != 0 ||
        ::pwrite(fd_, text.data(), text.size(), 0) != static_cast<::ssize_t>(text.size()))
        return fail(errc::io_error, cat("the pid file ", path_, " cannot be written: ",
                                        std::string_view(std::strerror(errno))));
    return {};
}

result<void> pid_file::stop_other() {
    fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0 || ::flock(fd_, LOCK_SH | LOCK_NB) == 0)
        return fail(errc::not_found, cat("no Strowger runs with ", path_));
    int pid = read_pid(fd_);
    if (pid <= 1 || ::kill(pid, SIGTERM) != 0)
        return fail(errc::not_permitted, cat("process ", pid, " cannot be told to stop: ",
                                             std::string_view(std::strerror(errno))));
    for (int i = 0; i < 150; ++i) {
        if (::flock(fd_, LOCK_SH | LOCK_NB) == 0) return {};
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return fail(errc::timed_out, cat("process ", pid, " was told to stop and still runs"));
}

}  // namespace strowger
