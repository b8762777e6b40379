// Random names for tags, branches and Call-IDs, and a keyed hash for names that must come out the
// same each time. Any thread; never fails (the kernel's generator is there once the system is up).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace strowger::sofia {

// Appends 16 hexadecimal digits.
void append_hex(std::string& out, std::uint64_t value);
std::uint64_t random_64() noexcept;

// SipHash-2-4 (Aumasson and Bernstein, 2012) under a key that this process made at its start.
class keyed_hash {
public:
    keyed_hash() noexcept;
    void add(std::string_view bytes) noexcept;  // its end counts: "ab","c" is not "a","bc"
    void add(std::uint64_t number) noexcept { word(number); }
    std::uint64_t finish() noexcept;
    std::uint64_t finish_more() noexcept;  // after finish(): 64 bits more

private:
    void word(std::uint64_t value) noexcept;
    void round() noexcept;
    std::uint64_t v0_, v1_, v2_, v3_;
};

}  // namespace strowger::sofia
