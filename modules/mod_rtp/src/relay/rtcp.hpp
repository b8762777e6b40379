// RTCP carried from one leg to the other: reports say the SSRCs that the receiver knows. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strowger::rtp {

struct rtcp_names {
    std::uint32_t sender;              // the SSRC of what we send there
    std::uint32_t reported;            // the SSRC that the receiver sends to us
    std::uint32_t timestamp_shift;     // what was added to the sender's RTP timestamps
    std::uint16_t sequence_shift = 0;  // and to the numbers of the packets that it reports on
};

// Keeps sender and receiver reports and the CNAME; leaves out all else (a BYE ends one source, not
// our stream). Works in place; gives the new length, 0 when nothing is left or it is malformed.
std::size_t rewrite_rtcp(std::uint8_t* packet, std::size_t size, const rtcp_names& names) noexcept;

}  // namespace strowger::rtp
