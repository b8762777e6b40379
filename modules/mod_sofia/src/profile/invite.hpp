// The INVITE of a call that we make, without SDP and Contact. Pure.
#pragma once

#include "message/build.hpp"
#include "settings.hpp"
#include "target.hpp"

#include <strowger/endpoint.hpp>

#include <string>

namespace strowger::sofia {

struct invite_request {
    std::string request_uri;
    std::string to_uri;               // the request URI where empty
    std::vector<std::string> routes;  // "<sip:…;lr>"
    const gateway_settings* gateway = nullptr;
    const caller_profile* caller = nullptr;
    const variables* vars = nullptr;    // of the new channel
    const variables* parent = nullptr;  // of the channel that bridges, or nullptr
    std::string own_host;               // for From
};

// errc::limit_reached: the call went through too many hops already (Max-Forwards).
result<request_parts> make_invite(const profile_settings& profile, const invite_request& what);

}  // namespace strowger::sofia
