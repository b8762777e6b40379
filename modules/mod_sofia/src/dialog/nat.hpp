// Where a peer really is: the one algorithm, in one place. The source of a request decides.
#pragma once

#include "message/message.hpp"
#include "transport/flow.hpp"

#include <string_view>

namespace strowger::sofia {

// Loopback, link-local, and the private ranges of RFC 1918 and RFC 4193.
bool is_private(const boost::asio::ip::address& ip) noexcept;

// Did this request come straight from a user agent (one Via) whose own idea of its address, the
// Via's sent-by, is not where the datagram came from (RFC 3261, 18.2.1; RFC 3581)? Then the Contact
// is of no use, and requests to it go back to the source.
bool behind_nat(const message& request, const flow& from);

// The datagram address that a URI names, when it names one in digits.
bool numeric_target(std::string_view uri, address& out);

}  // namespace strowger::sofia
