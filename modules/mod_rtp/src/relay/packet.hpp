// The fixed parts of RTP packets (RFC 3550, 5.1), read and written in place.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strowger::rtp {

inline std::uint16_t read_16(const std::uint8_t* at) noexcept {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}
inline std::uint32_t read_32(const std::uint8_t* at) noexcept {
    return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
           at[3];
}
inline void write_16(std::uint8_t* at, std::uint16_t value) noexcept {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}
inline void write_32(std::uint8_t* at, std::uint32_t value) noexcept {
    write_16(at, static_cast<std::uint16_t>(value >> 16));
    write_16(at + 2, static_cast<std::uint16_t>(value));
}

enum class packet_kind { rtp, rtcp, stun, other };

// By the first octets (RFC 5761, 4; RFC 7983, 7). ZRTP, DTLS and noise are `other`.
inline packet_kind classify(const std::uint8_t* packet, std::size_t size) noexcept {
    if (size >= 20 && packet[0] < 4 && read_32(packet + 4) == 0x2112A442) return packet_kind::stun;
    if (size < 8 || packet[0] >> 6 != 2) return packet_kind::other;
    if (packet[1] >= 192 && packet[1] <= 223) return packet_kind::rtcp;
    return size >= 12 ? packet_kind::rtp : packet_kind::other;
}

// Where the payload stands; `size` 0 when the header does not fit its packet.
struct payload_place {
    std::size_t offset = 0, size = 0;
};
inline payload_place find_payload(const std::uint8_t* packet, std::size_t size) noexcept {
    std::size_t at = 12 + std::size_t{packet[0] & 15U} * 4;
    if (packet[0] & 0x10) {  // a header extension
        if (at + 4 > size) return {};
        at += 4 + std::size_t{read_16(packet + at + 2)} * 4;
    }
    std::size_t padding = packet[0] & 0x20 ? packet[size - 1] : 0;
    if (at + padding >= size) return {};
    return {at, size - at - padding};
}

}  // namespace strowger::rtp
