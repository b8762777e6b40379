// The client transaction of every method but INVITE and ACK: RFC 3261, 17.1.2. Pure.
#pragma once

#include "transaction/actions.hpp"
#include "transaction/layer.hpp"

namespace strowger::sofia {

class non_invite_client {
public:
    enum class state : std::uint8_t { trying, proceeding, completed, terminated };

    explicit non_invite_client(bool reliable) noexcept : reliable_(reliable) {}

    actions start(const transaction_timers& timers) noexcept;
    actions response(int status, const transaction_timers& timers) noexcept;
    actions retransmit_timer(const transaction_timers& timers) noexcept;  // E
    actions deadline_timer() noexcept;                                    // F or K
    actions transport_error() noexcept;

    state now() const noexcept { return state_; }

private:
    actions end(failure why) noexcept;

    bool reliable_;
    state state_ = state::trying;
    actions::duration interval_{0};  // of timer E
};

}  // namespace strowger::sofia
