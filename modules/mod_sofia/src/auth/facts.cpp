#include "auth/facts.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

void sofia_auth_failure::fields(field_sink& out) const {
    out.field("Event-Subclass", name);
    out.field("profile-name", profile);
    out.field("registration-type", method);
    out.field("from-user", from_user);
    out.field("from-host", from_host);
    out.field("to-user", to_user);
    out.field("to-host", to_host);
    out.field("username", username);
    out.field("realm", realm);
    out.field("network-ip", network_ip);
    out.field("network-port", cat(network_port));
    out.field("network-transport", transport);
    out.field("user-agent", user_agent);
    out.field("call-id", call_id);
    out.field("failure-reason", reason);
    out.field("locked", locked ? "true" : "false");
}

}  // namespace strowger::sofia
