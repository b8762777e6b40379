#include "relay/digits.hpp"

#include "relay/packet.hpp"

namespace strowger::rtp {

std::optional<received_digit> digit_receiver::packet(const std::uint8_t* payload, std::size_t size,
                                                     std::uint32_t timestamp,
                                                     std::uint32_t rate) noexcept {
    // RFC 4733, 2.3: event, E R volume, duration. Events above 15 are no digits (3.2).
    if (size < 4 || payload[0] > 15) return {};
    std::optional<received_digit> ended;
    if (!known_ || timestamp != timestamp_) {
        // A late packet of an event before this one.
        if (known_ && static_cast<std::int32_t>(timestamp - timestamp_) < 0 &&
            static_cast<std::int32_t>(timestamp_ - timestamp) < static_cast<std::int32_t>(rate))
            return {};
        if (pending_) ended = finish();  // its end was lost
        known_ = pending_ = true;
        timestamp_ = timestamp;
        event_ = payload[0];
        rate_ = rate ? rate : 8000;
        duration_ = 0;
    }
    if (!pending_) return ended;
    quiet_ = 0;
    if (auto duration = read_16(payload + 2); duration > duration_) duration_ = duration;
    // When both happen at once the earlier digit is given now, this one on its repeated end
    // packets or at its timeout.
    if ((payload[1] & 0x80) && !ended) return finish();
    return ended;
}

std::optional<received_digit> digit_receiver::tick() noexcept {
    if (!pending_ || ++quiet_ < patience) return {};
    return finish();
}

std::optional<received_digit> digit_receiver::finish() noexcept {
    static constexpr char names[] = "0123456789*#ABCD";
    pending_ = false;
    quiet_ = 0;
    return received_digit{names[event_],
                          static_cast<std::uint32_t>(std::uint64_t{duration_} * 1000U / rate_)};
}

}  // namespace strowger::rtp
