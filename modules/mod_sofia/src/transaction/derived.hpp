// The two requests that a client transaction makes from its own: ACK and CANCEL.
#pragma once

#include "message/message.hpp"

#include <string>

namespace strowger::sofia {

// RFC 3261, 17.1.1.3: the ACK to a final response that is not 2xx, as it goes on the wire.
std::string ack_text(const message& invite, const message& response);
// RFC 3261, 9.1: the CANCEL of an INVITE that was sent. `reason` is the value of its Reason header,
// or empty.
std::string cancel_text(const message& invite, const std::string& reason);

}  // namespace strowger::sofia
