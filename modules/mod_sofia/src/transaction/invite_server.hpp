// The INVITE server transaction: RFC 3261, 17.2.1, with the Accepted state of RFC 6026, 7.1.
// Pure: what happened goes in, what to do comes out.
#pragma once

#include "transaction/actions.hpp"
#include "transaction/layer.hpp"

namespace strowger::sofia {

class invite_server {
public:
    enum class state : std::uint8_t { proceeding, completed, confirmed, accepted, terminated };

    explicit invite_server(bool reliable) noexcept : reliable_(reliable) {}

    actions retransmission() noexcept;  // the INVITE came again
    actions ack(const transaction_timers& timers) noexcept;
    actions respond(int status, const transaction_timers& timers) noexcept;
    actions retransmit_timer(const transaction_timers& timers) noexcept;  // G
    actions deadline_timer() noexcept;                                    // H, I or L
    actions transport_error() noexcept;

    state now() const noexcept { return state_; }

private:
    bool reliable_;
    bool has_response_ = false;
    state state_ = state::proceeding;
    actions::duration interval_{0};  // of timer G
};

}  // namespace strowger::sofia
