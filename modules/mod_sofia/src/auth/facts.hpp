// What authentication publishes.
#pragma once

#include <strowger/bus.hpp>

#include <string_view>

namespace strowger::sofia {

// Credentials were wrong. FreeSWITCH's CUSTOM event of that subclass. Borrowed texts.
struct sofia_auth_failure {
    static constexpr std::string_view name = "sofia::register_failure";
    std::string_view profile, method;
    std::string_view from_user, from_host, to_user, to_host;
    std::string_view username, realm;  // of the credentials
    std::string_view network_ip, transport, user_agent, call_id;
    unsigned network_port = 0;
    std::string_view reason;  // "wrong password", "unknown user", …: for the operator only
    bool locked = false;      // from now on this user is refused from there, for a minute
    void fields(field_sink& out) const;
};

}  // namespace strowger::sofia
