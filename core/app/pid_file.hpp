// The pid file: says who runs with this run directory, and keeps a second one from it.
#pragma once

#include <strowger/error.hpp>

#include <string>

namespace strowger {

class pid_file {
public:
    explicit pid_file(std::string run_dir);
    ~pid_file();  // removes it when it is ours
    pid_file(const pid_file&) = delete;
    pid_file& operator=(const pid_file&) = delete;

    // Locks it and writes our number. errc::already_exists: another one runs.
    result<void> take();
    // Asks the one that runs to end, and waits for that.
    result<void> stop_other();

private:
    bool is_in_place() const noexcept;
    std::string path_;
    int fd_ = -1;
    bool ours_ = false;
};

}  // namespace strowger
