// Two ends that have agreed on keys, and a packet that travels between them.
#pragma once

#include <strowger/media.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace strowger::testing {

struct agreed_ends {
    stream_protection a, b;
};

// Nothing when any step is refused.
inline std::optional<agreed_ends> agreed(media_protection& from, const std::string& suite) {
    std::array<std::string, 1> suites{suite};
    auto a = from.create(suites), b = from.create(suites);
    if (!a || !b) return std::nullopt;
    auto offer = (*a)->offer();
    if (!offer) return std::nullopt;
    auto answer = (*b)->answer(*offer);
    if (!answer || !(*a)->accept(*answer, "tag")) return std::nullopt;
    auto first = (*a)->take("tag"), second = (*b)->take("");
    if (!first || !*first || !second || !*second) return std::nullopt;
    return agreed_ends{std::move(**first), std::move(**second)};
}

// An RTP packet goes out at `from` protected, and comes in at `to` as it was.
inline bool carries(stream_protection& from, stream_protection& to, std::uint8_t sequence) {
    std::array<std::uint8_t, 172 + packet_transform::overhead> packet{};
    packet[0] = 0x80;
    packet[3] = sequence;
    packet[11] = 7;  // the SSRC
    std::fill(packet.begin() + 12, packet.begin() + 172, std::uint8_t{0x5a});
    auto before = packet;
    auto size = from.outgoing->rtp(packet.data(), 172);
    if (size <= 172 || std::equal(packet.begin() + 12, packet.begin() + 172, before.begin() + 12))
        return false;
    return to.incoming->rtp(packet.data(), size) == 172 &&
           std::equal(packet.begin(), packet.begin() + 172, before.begin());
}

}  // namespace strowger::testing
