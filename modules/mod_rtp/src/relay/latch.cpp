#include "relay/latch.hpp"

namespace strowger::rtp {

void latch::expect(const socket_address& signalled, const socket_address& signalling) noexcept {
    signalling_ = signalling;
    if (signalled.empty() || signalled == signalled_) return;
    signalled_ = current_ = signalled;
    good_ = 0;
    exact_ = heard_ = settled_ = false;
}

bool latch::admits(const socket_address& from) noexcept {
    if (settled_) return from == current_;
    if (from == signalled_) {
        if (!exact_) good_ = 0;
        exact_ = true;
    } else {
        if (exact_) return false;
        if (heard_ && !(from == current_)) return false;
        if (!from.same_ip(signalled_) && !from.same_ip(signalling_)) return false;
    }
    heard_ = true;
    current_ = from;
    settled_ = ++good_ >= probation;
    return true;
}

}  // namespace strowger::rtp
