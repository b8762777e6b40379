// Text in a signal handler: no memory is allocated, no lock is taken.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace strowger {

// To standard error.
inline void say(const char* text) noexcept {
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

// Lines that are written at once, so that the log's thread writes none between them.
class lines {
public:
    lines& operator<<(const char* more) noexcept {
        auto size = std::min(std::strlen(more), sizeof text_ - 1 - used_);
        std::memcpy(text_ + used_, more, size);
        used_ += size;
        return *this;
    }
    void write() noexcept {
        text_[used_] = '\0';
        say(text_);
        used_ = 0;
    }

private:
    char text_[4096];
    std::size_t used_ = 0;
};

// A number as text, in storage of its own.
class digits {
public:
    const char* hex(const void* address) noexcept {
        auto* at = put(reinterpret_cast<std::uintptr_t>(address), 16);
        *--at = 'x';
        *--at = '0';
        return at;
    }
    const char* decimal(long number) noexcept {
        auto size = static_cast<std::uintptr_t>(number);
        auto* at = put(number < 0 ? 0 - size : size, 10);
        if (number < 0) *--at = '-';
        return at;
    }

private:
    char* put(std::uintptr_t number, unsigned base) noexcept {
        auto* at = text_ + sizeof text_ - 1;
        *at = '\0';
        do *--at = "0123456789abcdef"[number % base];
        while ((number /= base) != 0);
        return at;
    }
    char text_[32];
};

}  // namespace strowger
