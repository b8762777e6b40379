// Who listens to a leg. Media thread; made and destroyed with its leg on the control loop. A fixed
// array: nothing here allocates, locks or throws, and what is taken out goes back to the caller, to
// be destroyed on the control loop.
#pragma once

#include <strowger/lease.hpp>
#include <strowger/media.hpp>

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>

namespace strowger::rtp {

// Payload numbers that a tap may see.
using shown_payloads = std::bitset<128>;

class tap_list {
public:
    static constexpr std::size_t most = 4;

    bool empty() const noexcept { return count_ == 0; }
    // Takes it out of the argument; leaves it there when the list is full.
    void add(owned<media_tap>& listener) noexcept;
    // Into the argument, which is empty before; nothing happens when `which` does not listen.
    void remove(const media_tap& which, owned<media_tap>& gone) noexcept;
    // Shows the payload of an RTP packet in the clear: without its header extension and padding.
    // Not when its number is none of `shown`, or when the header does not fit the packet.
    void show(direction way, const std::uint8_t* packet, std::size_t size,
              const shown_payloads& shown) noexcept;

private:
    std::array<owned<media_tap>, most> all_;
    std::size_t count_ = 0;
};

}  // namespace strowger::rtp
