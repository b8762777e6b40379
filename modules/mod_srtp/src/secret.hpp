// Key material: wiped when it goes, never printed. It has no stream operator and no text form but
// the base64 of an SDP line, which is made where the line is.
#pragma once

#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace strowger::srtp {

// A master key and its salt, joined as SDES sends them.
class secret {
public:
    static constexpr std::size_t room = 46;  // AES-256 with a 14 octet salt

    secret() = default;
    explicit secret(std::span<const std::uint8_t> from) noexcept
        : size_(from.size() < room ? from.size() : room) {
        std::memcpy(bytes_.data(), from.data(), size_);
    }
    secret(const secret&) = default;
    secret& operator=(const secret&) = default;
    ~secret() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

    std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), size_}; }
    bool empty() const noexcept { return size_ == 0; }
    bool operator==(const secret& other) const noexcept {
        return size_ == other.size_ && CRYPTO_memcmp(bytes_.data(), other.bytes_.data(), room) == 0;
    }

private:
    std::array<std::uint8_t, room> bytes_{};
    std::size_t size_ = 0;
};

}  // namespace strowger::srtp
