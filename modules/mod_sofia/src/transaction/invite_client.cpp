#include "transaction/invite_client.hpp"

namespace strowger::sofia {

namespace {
// RFC 3261, 17.1.1.2: timer D is at least 32 seconds on unreliable transports.
constexpr actions::duration timer_d{32000};
}  // namespace

actions invite_client::start(const transaction_timers& timers) noexcept {
    actions wanted;
    wanted.send = true;
    wanted.deadline_after = timers.invite_timeout;  // B
    if (!reliable_) wanted.retransmit_after = interval_ = timers.t1;
    return wanted;
}

actions invite_client::response(int status, const transaction_timers& timers) noexcept {
    actions wanted;
    switch (state_) {
        case state::calling:
        case state::proceeding:
            wanted.pass = true;
            wanted.stop_retransmitting = true;
            if (status < 200) {
                if (state_ == state::calling) wanted.stop_deadline = true;
                state_ = state::proceeding;
            } else if (status < 300) {
                state_ = state::accepted;
                wanted.deadline_after = 64 * timers.t1;  // M
            } else {
                wanted.send_ack = true;
                state_ = reliable_ ? state::terminated : state::completed;
                wanted.finished = reliable_;
                if (!reliable_) wanted.deadline_after = timer_d;
            }
            break;
        // RFC 3261, 17.1.1.2: each retransmission of the final response gets the ACK again.
        case state::completed:
            wanted.send_ack = status >= 300;
            break;
        // RFC 6026, 7.2: every 2xx goes to the user; a forked INVITE has several.
        case state::accepted:
            wanted.pass = status >= 200 && status < 300;
            break;
        case state::terminated:
            break;
    }
    return wanted;
}

actions invite_client::cancelled(const transaction_timers& timers) noexcept {
    actions wanted;
    if (state_ != state::proceeding || cancelled_) return wanted;
    cancelled_ = true;
    wanted.deadline_after = 64 * timers.t1;
    return wanted;
}

actions invite_client::retransmit_timer() noexcept {
    actions wanted;
    if (state_ != state::calling) return wanted;
    wanted.send = true;
    interval_ *= 2;  // RFC 3261, 17.1.1.2: T2 is no limit for timer A.
    wanted.retransmit_after = interval_;
    return wanted;
}

actions invite_client::deadline_timer() noexcept {
    switch (state_) {
        case state::calling:
            return end(failure::timeout);
        case state::proceeding:
            return cancelled_ ? end(failure::timeout) : actions{};
        case state::completed:
        case state::accepted:
            return end(failure::none);
        case state::terminated:
            break;
    }
    return {};
}

actions invite_client::transport_error() noexcept {
    switch (state_) {
        case state::calling:
        case state::proceeding:
            return end(failure::transport);
        // The user has its final response; only the ACK was lost.
        case state::completed:
            return end(failure::none);
        // RFC 6026, 7.2: Accepted stays, to collect what else comes.
        case state::accepted:
        case state::terminated:
            break;
    }
    return {};
}

actions invite_client::end(failure why) noexcept {
    actions wanted;
    state_ = state::terminated;
    wanted.failed = why;
    wanted.finished = true;
    wanted.stop_retransmitting = true;
    return wanted;
}

}  // namespace strowger::sofia
