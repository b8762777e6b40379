// Going to the background: the parent waits until the child is ready, and says what went wrong.
#pragma once

#include <string>

namespace strowger {

class background {
public:
    // Forks (before any thread was started); returns in the child only.
    void enter();
    // Child: everything runs; the parent ends with status 0. Errors go to `log_dir`/crash.log then.
    void ready(const std::string& log_dir);
    // Child: it did not work; the parent says why and ends with status 1.
    void failed(const std::string& why);
    bool entered() const noexcept { return pipe_ >= 0; }

private:
    int pipe_ = -1;
};

}  // namespace strowger
