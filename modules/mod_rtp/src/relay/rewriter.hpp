// What a leg sends is one RTP stream with one SSRC, whatever its source: another leg, itself
// (echo), tones. Sequence numbers and timestamps go on when the source changes. Pure, media thread.
#pragma once

#include <cstdint>

namespace strowger::rtp {

class rewriter {
public:
    // Random starts, as RFC 3550, 5.1 asks for.
    rewriter(std::uint32_t ssrc, std::uint16_t sequence, std::uint32_t timestamp) noexcept
        : ssrc_(ssrc), last_sequence_(sequence), last_timestamp_(timestamp) {}

    // Rewrites the header in place. `source` names the origin (a leg, a player); `rate` is the
    // codec's clock, in Hz.
    void rewrite(std::uint8_t* packet, const void* source, std::uint32_t rate,
                 std::uint64_t now_ns) noexcept;
    std::uint32_t ssrc() const noexcept { return ssrc_; }
    // What was added to the source's timestamps; for sender reports.
    std::uint16_t sequence_shift() const noexcept { return sequence_shift_; }
    std::uint32_t timestamp_shift() const noexcept { return timestamp_shift_; }

private:
    std::uint32_t ssrc_;
    const void* source_ = nullptr;
    std::uint32_t source_ssrc_ = 0;
    std::uint16_t source_sequence_ = 0;
    std::uint16_t sequence_shift_ = 0, last_sequence_;
    std::uint32_t timestamp_shift_ = 0, last_timestamp_;
    std::uint64_t last_ns_ = 0;
    bool started_ = false;
};

}  // namespace strowger::rtp
