// The server transaction of every method but INVITE and ACK: RFC 3261, 17.2.2. Pure.
#pragma once

#include "transaction/actions.hpp"
#include "transaction/layer.hpp"

namespace strowger::sofia {

class non_invite_server {
public:
    enum class state : std::uint8_t { trying, proceeding, completed, terminated };

    explicit non_invite_server(bool reliable) noexcept : reliable_(reliable) {}

    actions retransmission() noexcept;
    actions respond(int status, const transaction_timers& timers) noexcept;
    actions deadline_timer() noexcept;  // J
    actions transport_error() noexcept;

    state now() const noexcept { return state_; }

private:
    bool reliable_;
    state state_ = state::trying;
};

}  // namespace strowger::sofia
