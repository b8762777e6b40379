// Packets, keys and the one crypto kernel for the tests of this folder.
#pragma once

#include "library.hpp"
#include "sdes.hpp"
#include "transform.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace strowger::srtp::testing {

using bytes = std::vector<std::uint8_t>;

inline bytes from_hex(std::string_view text) {
    bytes out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out.push_back(static_cast<std::uint8_t>(
            std::strtoul(std::string(text.substr(i, 2)).c_str(), nullptr, 16)));
    return out;
}
inline std::string to_hex(const bytes& from) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (auto octet : from) {
        out += digits[octet >> 4];
        out += digits[octet & 15];
    }
    return out;
}

// An RTP packet of payload type 0 with 160 octets that depend on its number.
inline bytes rtp_packet(std::uint16_t sequence, std::uint32_t ssrc = 0x11223344) {
    bytes packet{0x80,
                 0x00,
                 static_cast<std::uint8_t>(sequence >> 8),
                 static_cast<std::uint8_t>(sequence & 255),
                 0,
                 0,
                 static_cast<std::uint8_t>(sequence >> 8),
                 static_cast<std::uint8_t>(sequence & 255)};
    for (int shift = 24; shift >= 0; shift -= 8)
        packet.push_back(static_cast<std::uint8_t>(ssrc >> shift));
    for (int i = 0; i < 160; ++i) packet.push_back(static_cast<std::uint8_t>(sequence + i));
    return packet;
}
// An empty receiver report with a source description (RFC 3550, 6.4.2, 6.5).
inline bytes rtcp_packet(std::uint8_t mark = 0) {
    return {0x80, 201,  0,    1,    0x11, 0x22, 0x33, 0x44, 0x81, 202,  0, 3,
            0x11, 0x22, 0x33, 0x44, 1,    4,    'a',  'b',  'c',  mark, 0, 0};
}

inline secret key_for(const suite& cipher, std::uint8_t start = 1) {
    bytes key(cipher.secret_size());
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(start + i * 7);
    return secret(key);
}

inline std::unique_ptr<packet_transform> transform_for(const std::shared_ptr<library>& kernel,
                                                       const suite& cipher, const secret& key,
                                                       way direction) {
    return make_transform(make_context(kernel, cipher, key, direction).value());
}

// One kernel for each process (libsrtp's own rule), started once: NSS takes 50 ms to begin.
inline std::shared_ptr<library>& kernel_slot() {
    static std::shared_ptr<library> held;
    return held;
}
inline std::shared_ptr<library> kernel() {
    if (!kernel_slot()) kernel_slot() = library::start().value();
    return kernel_slot();
}

enum class kind { rtp, rtcp };
// What the transform makes of a packet; empty when it drops it.
inline bytes run(packet_transform& with, bytes packet, kind what = kind::rtp) {
    auto size = packet.size();
    packet.resize(size + packet_transform::overhead);
    packet.resize(what == kind::rtp ? with.rtp(packet.data(), size)
                                    : with.rtcp(packet.data(), size));
    return packet;
}

}  // namespace strowger::srtp::testing
