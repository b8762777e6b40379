// The INVITE client transaction: RFC 3261, 17.1.1, with the Accepted state of RFC 6026, 7.2. Pure.
#pragma once

#include "transaction/actions.hpp"
#include "transaction/layer.hpp"

namespace strowger::sofia {

class invite_client {
public:
    enum class state : std::uint8_t { calling, proceeding, completed, accepted, terminated };

    explicit invite_client(bool reliable) noexcept : reliable_(reliable) {}

    actions start(const transaction_timers& timers) noexcept;
    actions response(int status, const transaction_timers& timers) noexcept;
    // A CANCEL was sent. RFC 3261, 9.1: without a final response within 64*T1 it is over.
    actions cancelled(const transaction_timers& timers) noexcept;
    actions retransmit_timer() noexcept;  // A
    actions deadline_timer() noexcept;    // B, D or M
    actions transport_error() noexcept;

    state now() const noexcept { return state_; }

private:
    actions end(failure why) noexcept;

    bool reliable_;
    bool cancelled_ = false;
    state state_ = state::calling;
    actions::duration interval_{0};  // of timer A
};

}  // namespace strowger::sofia
