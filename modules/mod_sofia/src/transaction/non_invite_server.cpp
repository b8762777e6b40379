#include "transaction/non_invite_server.hpp"

namespace strowger::sofia {

actions non_invite_server::retransmission() noexcept {
    actions wanted;
    // RFC 3261, 17.2.2: in Trying there is nothing to send yet.
    wanted.send = state_ == state::proceeding || state_ == state::completed;
    return wanted;
}

actions non_invite_server::respond(int status, const transaction_timers& timers) noexcept {
    actions wanted;
    if (state_ != state::trying && state_ != state::proceeding) return wanted;
    wanted.send = true;
    if (status < 200) {
        state_ = state::proceeding;
        return wanted;
    }
    // Timer J: 64*T1 on unreliable transports, zero on reliable ones.
    state_ = reliable_ ? state::terminated : state::completed;
    wanted.finished = reliable_;
    if (!reliable_) wanted.deadline_after = 64 * timers.t1;
    return wanted;
}

actions non_invite_server::deadline_timer() noexcept {
    actions wanted;
    if (state_ != state::completed) return wanted;
    state_ = state::terminated;
    wanted.finished = true;
    return wanted;
}

actions non_invite_server::transport_error() noexcept {
    actions wanted;
    // RFC 3261, 17.2.4, as RFC 6026 changes it: the user hears of it, the state stays.
    wanted.failed = failure::transport;
    return wanted;
}

}  // namespace strowger::sofia
