// STUN as a keep-alive (RFC 5626, 3.5.2): answers binding requests that come on the SIP port.
#pragma once

#include "transport/flow.hpp"

#include <string>
#include <string_view>

namespace strowger::sofia {

// Whether a datagram is STUN: no SIP message begins with such bytes (RFC 5389, 6).
bool is_stun(std::string_view datagram) noexcept;

// The answer to a binding request that came from `peer`, or empty when there is none to give.
std::string answer_stun(std::string_view request, const address& peer);

}  // namespace strowger::sofia
