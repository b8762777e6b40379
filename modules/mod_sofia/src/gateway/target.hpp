// Where a gateway's requests go, from what the operator wrote. Pure.
#pragma once

#include "transport/flow.hpp"

#include <string>
#include <string_view>

namespace strowger::sofia {

struct target {
    std::string host;  // no brackets around IPv6
    std::uint16_t port = 0;
    std::string uri;  // "sip:host[:port][;transport=tls]", always sip: (compare register_url)
};

// `text`: "host", "host:port", "[v6]:port" or a SIP URI; `kind` gives the default port.
result<target> read_target(std::string_view text, transport_kind kind);

}  // namespace strowger::sofia
