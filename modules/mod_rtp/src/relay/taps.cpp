#include "relay/taps.hpp"

#include "relay/packet.hpp"

#include <utility>

namespace strowger::rtp {

void tap_list::add(owned<media_tap>& listener) noexcept {
    if (count_ == most) return;  // cannot be: the session counts
    std::swap(all_[count_++], listener);
}

void tap_list::remove(const media_tap& which, owned<media_tap>& gone) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
        if (all_[i].get() != &which) continue;
        std::swap(all_[i], gone);
        // The last one fills the gap, unless it was the last itself.
        if (i != --count_) std::swap(all_[i], all_[count_]);
        return;
    }
}

void tap_list::show(direction way, const std::uint8_t* packet, std::size_t size,
                    const shown_payloads& shown) noexcept {
    auto type = static_cast<std::uint8_t>(packet[1] & 0x7f);
    if (!shown[type]) return;
    auto place = find_payload(packet, size);
    if (place.size == 0) return;
    for (std::size_t i = 0; i < count_; ++i)
        all_[i]->packet(way, type, {packet + place.offset, place.size});
}

}  // namespace strowger::rtp
