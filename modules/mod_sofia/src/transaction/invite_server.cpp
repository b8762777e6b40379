#include "transaction/invite_server.hpp"

#include <algorithm>

namespace strowger::sofia {

actions invite_server::retransmission() noexcept {
    actions wanted;
    switch (state_) {
        // RFC 3261, 17.2.1: the most recent provisional response is sent again.
        case state::proceeding:
            wanted.send = has_response_;
            break;
        case state::completed:
            wanted.send = true;
            break;
        // RFC 6026, 7.1: in Accepted retransmissions are absorbed; the 2xx is the user's to repeat.
        case state::accepted:
        case state::confirmed:
        case state::terminated:
            break;
    }
    return wanted;
}

actions invite_server::ack(const transaction_timers& timers) noexcept {
    actions wanted;
    switch (state_) {
        case state::completed:
            wanted.stop_retransmitting = true;
            // Timer I: T4 on unreliable transports, zero on reliable ones.
            state_ = reliable_ ? state::terminated : state::confirmed;
            wanted.finished = reliable_;
            if (!reliable_) wanted.deadline_after = timers.t4;
            break;
        // RFC 6026, 7.1: an ACK in Accepted is for the user.
        case state::accepted:
            wanted.pass = true;
            break;
        case state::proceeding:
        case state::confirmed:
        case state::terminated:
            break;
    }
    return wanted;
}

actions invite_server::respond(int status, const transaction_timers& timers) noexcept {
    actions wanted;
    if (state_ == state::accepted) {
        // RFC 6026, 7.1: the user's retransmissions of the 2xx pass.
        wanted.send = status >= 200 && status < 300;
        return wanted;
    }
    if (state_ != state::proceeding) return wanted;
    wanted.send = has_response_ = true;
    if (status < 200) return wanted;
    wanted.deadline_after = 64 * timers.t1;
    if (status < 300) {
        state_ = state::accepted;  // timer L
        return wanted;
    }
    state_ = state::completed;  // timer H, and G where packets get lost
    if (!reliable_) wanted.retransmit_after = interval_ = timers.t1;
    return wanted;
}

actions invite_server::retransmit_timer(const transaction_timers& timers) noexcept {
    actions wanted;
    if (state_ != state::completed) return wanted;
    wanted.send = true;
    interval_ = std::min<actions::duration>(interval_ * 2, timers.t2);
    wanted.retransmit_after = interval_;
    return wanted;
}

actions invite_server::deadline_timer() noexcept {
    actions wanted;
    if (state_ == state::proceeding || state_ == state::terminated) return wanted;
    // Timer H: the ACK never came.
    if (state_ == state::completed) wanted.failed = failure::timeout;
    state_ = state::terminated;
    wanted.finished = true;
    wanted.stop_retransmitting = true;
    return wanted;
}

actions invite_server::transport_error() noexcept {
    actions wanted;
    // RFC 3261, 17.2.4, as RFC 6026 changes it: the user hears of it, the state stays.
    if (state_ != state::terminated) wanted.failed = failure::transport;
    return wanted;
}

}  // namespace strowger::sofia
