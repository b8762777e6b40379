// Where a stream's packets come from and go to: symmetric RTP, strictly. A pure class, media
// thread.
//
// A plain stream follows the address that was signalled; until it is settled, also the signalled
// host from another port, or the host that the signalling comes from (a phone behind NAT). The
// signalled address wins over those while the first packets come. After that no packet from
// elsewhere moves the stream until the next negotiation. A protected stream goes wherever a packet
// that authenticated came from.
#pragma once

#include "ports/address.hpp"

namespace strowger::rtp {

class latch {
public:
    static constexpr int probation = 16;  // packets until a plain stream is settled

    // (Re)negotiated. The same address as before changes nothing; an empty one (hold) neither.
    void expect(const socket_address& signalled, const socket_address& signalling) noexcept;
    // A plain packet's source: whether it may be used.
    bool admits(const socket_address& from) noexcept;
    // A packet from there authenticated.
    void authenticated(const socket_address& from) noexcept { current_ = from; }
    bool is_current(const socket_address& from) const noexcept { return from == current_; }
    const socket_address& target() const noexcept { return current_; }

private:
    socket_address signalled_, signalling_, current_;
    int good_ = 0;
    bool exact_ = false, heard_ = false, settled_ = false;
};

}  // namespace strowger::rtp
