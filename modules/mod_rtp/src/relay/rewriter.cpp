#include "relay/rewriter.hpp"

#include "relay/packet.hpp"

#include <algorithm>

namespace strowger::rtp {

void rewriter::rewrite(std::uint8_t* packet, const void* source, std::uint32_t rate,
                       std::uint64_t now_ns) noexcept {
    auto sequence = read_16(packet + 2);
    auto timestamp = read_32(packet + 4), ssrc = read_32(packet + 8);
    bool fresh = !started_ || source != source_ || ssrc != source_ssrc_;
    if (!fresh) {
        // A source that restarts without a new SSRC (RFC 3550, A.1: MAX_DROPOUT, MAX_MISORDER).
        auto step =
            static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - source_sequence_));
        fresh = step > 3000 || step < -100;
    }
    if (fresh) {
        // As much time passes in the stream as passed on the clock, at least one tick of 20 ms.
        auto pause =
            started_ ? std::clamp<std::uint64_t>(now_ns - last_ns_, 20'000'000U, 3'600'000'000'000U)
                     : 0U;
        auto ticks = static_cast<std::uint32_t>(pause / 1000U * rate / 1'000'000U);
        sequence_shift_ = static_cast<std::uint16_t>(last_sequence_ + 1 - sequence);
        timestamp_shift_ = last_timestamp_ + ticks - timestamp;
        source_ = source;
        source_ssrc_ = ssrc;
        source_sequence_ = sequence;
        packet[1] |= 0x80;  // RFC 3551, 4.1: the marker begins a talkspurt
    }
    auto out_sequence = static_cast<std::uint16_t>(sequence + sequence_shift_);
    auto out_timestamp = timestamp + timestamp_shift_;
    write_16(packet + 2, out_sequence);
    write_32(packet + 4, out_timestamp);
    write_32(packet + 8, ssrc_);
    // Packets out of order do not move the marks back.
    if (fresh ||
        static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - source_sequence_)) > 0) {
        source_sequence_ = sequence;
        last_sequence_ = out_sequence;
        last_timestamp_ = out_timestamp;
        last_ns_ = now_ns;
    }
    started_ = true;
}

}  // namespace strowger::rtp
