#include "registrar/facts.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

void binding_fact::write(field_sink& out, std::string_view subclass) const {
    auto colon = what.source.rfind(':');
    auto ip = std::string_view(what.source).substr(0, colon);
    if (ip.size() > 2 && ip.front() == '[') ip = ip.substr(1, ip.size() - 2);
    std::string transport(what.transport);
    for (auto& c : transport)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    out.field("Event-Subclass", subclass);
    out.field("profile-name", what.profile);
    out.field("from-user", what.user);
    out.field("from-host", what.domain);
    out.field("to-user", what.user);
    out.field("to-host", what.domain);
    out.field("contact", what.contact);
    out.field("call-id", what.call_id);
    out.field("status", cat("Registered(", transport, ')'));
    out.field("expires", cat(expires_seconds));
    out.field("network-ip", ip);
    out.field("network-port", colon == what.source.npos
                                  ? std::string_view()
                                  : std::string_view(what.source).substr(colon + 1));
    out.field("username", what.authenticated_as);
    out.field("user-agent", what.user_agent);
}

}  // namespace strowger::sofia
