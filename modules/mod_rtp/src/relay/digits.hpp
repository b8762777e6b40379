// Digits received as RTP events (RFC 4733): each is reported once, however often its packets are
// repeated or lost. A digit is a secret: nothing here is logged. Pure, media thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace strowger::rtp {

struct received_digit {
    char digit;
    std::uint32_t milliseconds;
};

class digit_receiver {
public:
    // Silence after which a digit without an end packet is over, in ticks of 20 ms.
    static constexpr int patience = 10;

    // One event packet's payload. Gives a digit when one ended.
    std::optional<received_digit> packet(const std::uint8_t* payload, std::size_t size,
                                         std::uint32_t timestamp, std::uint32_t rate) noexcept;
    std::optional<received_digit> tick() noexcept;

private:
    std::optional<received_digit> finish() noexcept;
    bool known_ = false;    // `timestamp_` is that of an event
    bool pending_ = false;  // which is not reported yet
    std::uint32_t timestamp_ = 0, duration_ = 0, rate_ = 8000;
    std::uint8_t event_ = 0;
    int quiet_ = 0;
};

}  // namespace strowger::rtp
