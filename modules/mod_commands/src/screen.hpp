// How wide the terminal is that the answer of the running command goes to. Control loop only.
//
// A command's request has no place for it, and only what is answered without waiting is laid out:
// the width holds while answer() runs, or while run() makes its coroutine.
#pragma once

#include <cstddef>

namespace strowger::commands {

// 0: no terminal, a program reads; nothing is ever cut.
std::size_t screen_width() noexcept;

class on_screen {
public:
    explicit on_screen(std::size_t width) noexcept;
    ~on_screen();
    on_screen(const on_screen&) = delete;
    on_screen& operator=(const on_screen&) = delete;

private:
    std::size_t before_;
};

}  // namespace strowger::commands
