// How a response finds its way: RFC 3261, 18.2.1 and 18.2.2, with RFC 3581.
#pragma once

#include "message/message.hpp"
#include "transport/flow.hpp"

#include <functional>

namespace strowger::sofia {

using datagram_factory = std::function<flow_ptr(const address&)>;

// Writes into the top Via of a request where it came from: `received`, and `rport` when asked for.
void mark_source(message& request, const flow& from);
// The flow that responses to `request`, which came on `from`, are sent on.
flow_ptr response_flow(const message& request, const flow_ptr& from,
                       const datagram_factory& datagram);

}  // namespace strowger::sofia
