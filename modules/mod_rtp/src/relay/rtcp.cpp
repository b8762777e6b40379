#include "relay/rtcp.hpp"

#include "relay/packet.hpp"

#include <cstring>

namespace strowger::rtp {

std::size_t rewrite_rtcp(std::uint8_t* packet, std::size_t size, const rtcp_names& names) noexcept {
    std::size_t kept = 0;
    for (std::size_t at = 0; at < size;) {
        // RFC 3550, 6.4 and A.2: version, count, type, length in words less one.
        if (size - at < 8 || packet[at] >> 6 != 2) return 0;
        auto length = (std::size_t{read_16(packet + at + 2)} + 1) * 4;
        if (length < 8 || length > size - at) return 0;
        auto* part = packet + at;
        auto type = part[1];
        std::size_t blocks = part[0] & 31U;
        std::size_t head = type == 200 ? 28 : 8;
        at += length;
        if ((type == 200 || type == 201) && length >= head + blocks * 24) {
            write_32(part + 4, names.sender);
            if (type == 200) write_32(part + 16, read_32(part + 16) + names.timestamp_shift);
            // One block at most: the legs have one stream each.
            if (blocks > 1) blocks = 1;
            if (blocks) {
                write_32(part + head, names.reported);
                // RFC 3550, 7.2: the highest number received, as the one who is told sent it.
                auto highest = read_16(part + head + 10);
                write_16(part + head + 10,
                         static_cast<std::uint16_t>(highest - names.sequence_shift));
            }
            length = head + blocks * 24;
            part[0] = static_cast<std::uint8_t>(0x80 | blocks);
            write_16(part + 2, static_cast<std::uint16_t>(length / 4 - 1));
        } else if (type == 202 && kept != 0 && blocks >= 1) {
            write_32(part + 4, names.sender);
            if (blocks != 1) continue;
        } else {
            continue;
        }
        std::memmove(packet + kept, part, length);
        kept += length;
    }
    return kept;
}

}  // namespace strowger::rtp
