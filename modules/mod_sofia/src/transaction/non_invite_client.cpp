#include "transaction/non_invite_client.hpp"

#include <algorithm>

namespace strowger::sofia {

actions non_invite_client::start(const transaction_timers& timers) noexcept {
    actions wanted;
    wanted.send = true;
    wanted.deadline_after = 64 * timers.t1;  // F
    if (!reliable_) wanted.retransmit_after = interval_ = timers.t1;
    return wanted;
}

actions non_invite_client::response(int status, const transaction_timers& timers) noexcept {
    actions wanted;
    if (state_ != state::trying && state_ != state::proceeding) return wanted;
    wanted.pass = true;
    if (status < 200) {
        state_ = state::proceeding;
        return wanted;
    }
    wanted.stop_retransmitting = true;
    // Timer K: T4 on unreliable transports, zero on reliable ones.
    state_ = reliable_ ? state::terminated : state::completed;
    wanted.finished = reliable_;
    if (!reliable_) wanted.deadline_after = timers.t4;
    return wanted;
}

actions non_invite_client::retransmit_timer(const transaction_timers& timers) noexcept {
    actions wanted;
    if (state_ != state::trying && state_ != state::proceeding) return wanted;
    wanted.send = true;
    // RFC 3261, 17.1.2.2: doubled up to T2 in Trying, T2 in Proceeding.
    interval_ = state_ == state::proceeding ? timers.t2
                                            : std::min<actions::duration>(interval_ * 2, timers.t2);
    wanted.retransmit_after = interval_;
    return wanted;
}

actions non_invite_client::deadline_timer() noexcept {
    if (state_ == state::terminated) return {};
    return end(state_ == state::completed ? failure::none : failure::timeout);
}

actions non_invite_client::transport_error() noexcept {
    if (state_ != state::trying && state_ != state::proceeding) return {};
    return end(failure::transport);
}

actions non_invite_client::end(failure why) noexcept {
    actions wanted;
    state_ = state::terminated;
    wanted.failed = why;
    wanted.finished = true;
    wanted.stop_retransmitting = true;
    return wanted;
}

}  // namespace strowger::sofia
