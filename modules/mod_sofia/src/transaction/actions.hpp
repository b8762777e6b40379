// What a transaction machine wants done. The machines know no bytes, no clock and no flow: the
// layer does what they say, with the message at hand.
#pragma once

#include <chrono>
#include <cstdint>

namespace strowger::sofia {

enum class failure : std::uint8_t { none, timeout, transport };

struct actions {
    using duration = std::chrono::milliseconds;
    static constexpr duration no_timer{-1};

    bool send = false;      // the request, or the latest response, again or for the first time
    bool send_ack = false;  // client INVITE: the ACK to a final response that is not 2xx
    bool pass = false;      // the message that came goes to the user
    bool stop_retransmitting = false;
    bool stop_deadline = false;
    bool finished = false;  // nothing more will happen: forget the transaction
    failure failed = failure::none;
    // Timers to set anew, from now: the one that sends again (A, E, G), and the one that ends the
    // state (B, D, F, H, I, J, K, L, M).
    duration retransmit_after = no_timer;
    duration deadline_after = no_timer;
};

}  // namespace strowger::sofia
