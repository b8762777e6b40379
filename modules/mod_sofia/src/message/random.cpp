#include "message/random.hpp"

#include <sys/random.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

namespace strowger::sofia {

namespace {

void fill(void* where, std::size_t size) noexcept {
    auto* at = static_cast<char*>(where);
    while (size > 0) {
        auto got = ::getrandom(at, size, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            return;  // Not possible on the kernels we run on: 3.17 and later have the call.
        }
        at += got;
        size -= static_cast<std::size_t>(got);
    }
}

// One system call for 64 numbers. Plain data: a module may keep no thread_local with a destructor.
struct pool {
    std::array<std::uint64_t, 64> numbers;
    std::size_t left;
};
thread_local pool numbers_of_thread{};

struct secret {
    std::array<std::uint64_t, 2> key{};
    secret() noexcept { fill(key.data(), sizeof key); }
};

const secret& process_secret() noexcept {
    static const secret made;
    return made;
}

}  // namespace

std::uint64_t random_64() noexcept {
    auto& pool = numbers_of_thread;
    if (pool.left == 0) {
        fill(pool.numbers.data(), sizeof pool.numbers);
        pool.left = pool.numbers.size();
    }
    return std::exchange(pool.numbers[--pool.left], 0);
}

void append_hex(std::string& out, std::uint64_t value) {
    constexpr char digits[] = "0123456789abcdef";
    char text[16];
    for (int at = 15; at >= 0; --at, value >>= 4) text[at] = digits[value & 15];
    out.append(text, sizeof text);
}

keyed_hash::keyed_hash() noexcept {
    const auto& key = process_secret().key;
    v0_ = 0x736f6d6570736575ULL ^ key[0];
    v1_ = 0x646f72616e646f6dULL ^ key[1];
    v2_ = 0x6c7967656e657261ULL ^ key[0];
    v3_ = 0x7465646279746573ULL ^ key[1];
}

void keyed_hash::round() noexcept {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
}

void keyed_hash::word(std::uint64_t value) noexcept {
    v3_ ^= value;
    round();
    round();
    v0_ ^= value;
}

void keyed_hash::add(std::string_view bytes) noexcept {
    word(bytes.size());
    while (bytes.size() >= 8) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data(), 8);
        word(value);
        bytes.remove_prefix(8);
    }
    if (!bytes.empty()) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data(), bytes.size());
        word(value);
    }
}

std::uint64_t keyed_hash::finish() noexcept {
    v2_ ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
}

std::uint64_t keyed_hash::finish_more() noexcept {
    v1_ ^= 0xdd;
    for (int i = 0; i < 4; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
}

}  // namespace strowger::sofia
