// The top Via of what we send.
#pragma once

#include "message/message.hpp"
#include "transport/flow.hpp"

#include <string>

namespace strowger::sofia {

// RFC 3261, 18.1.1, and RFC 3581, 3: with rport. False when the host makes no Via.
bool add_via(message& to, const flow& over, const std::string& host, const std::string& branch);

}  // namespace strowger::sofia
