#include "invite.hpp"

#include "dialog/session.hpp"

#include <strowger/text.hpp>

#include <array>

namespace strowger::sofia {

namespace {

// Headers that are ours to write: a variable can't add or replace them.
bool reserved(std::string_view name) noexcept {
    constexpr std::array names{"Via",
                               "v",
                               "From",
                               "f",
                               "To",
                               "t",
                               "Call-ID",
                               "i",
                               "CSeq",
                               "Contact",
                               "m",
                               "Max-Forwards",
                               "Route",
                               "Record-Route",
                               "Content-Length",
                               "l",
                               "Content-Type",
                               "c",
                               "Authorization",
                               "Proxy-Authorization",
                               "Require",
                               "Proxy-Require",
                               "Allow",
                               "User-Agent"};
    for (auto each : names)
        if (iequals(name, each)) return true;
    return false;
}

// Control characters out: a line end in a name would be another header.
std::string plain(std::string_view text) {
    std::string out;
    for (char c : text)
        if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') out.push_back(c);
    return out;
}

std::string name_addr(std::string_view name, std::string_view uri) {
    auto display = quote_display(plain(name));
    return display.empty() ? cat('<', uri, '>') : cat(display, " <", uri, '>');
}

// Who the call is from: the user part and the host of From.
struct identity {
    std::string name, user, host;
};

identity identity_of(const invite_request& what) {
    identity out{what.caller->caller_id_name, what.caller->caller_id_number, what.own_host};
    if (auto domain = what.vars->get("sip_invite_domain"); !domain.empty())
        out.host = plain(domain);
    if (const auto* gateway = what.gateway) {
        out.host = !gateway->from_domain.empty() && !gateway->from_domain.starts_with("auto-")
                       ? gateway->from_domain
                   : !gateway->realm.empty() ? gateway->realm
                                             : what.own_host;
        if (!gateway->caller_id_in_from)
            out.user = gateway->from_user.empty() ? gateway->username : gateway->from_user;
    }
    return out;
}

}  // namespace

result<request_parts> make_invite(const profile_settings& profile, const invite_request& what) {
    request_parts out;
    out.method = "INVITE";
    out.request_uri = what.request_uri;
    out.routes = what.routes;
    auto from = identity_of(what);
    out.from = cat(name_addr(from.name, from.user.empty()
                                            ? cat("sip:", from.host)
                                            : cat("sip:", escape_user(from.user), '@', from.host)),
                   ";tag=", new_tag());
    out.to = cat('<', what.to_uri.empty() ? what.request_uri : what.to_uri, '>');
    out.call_id = new_call_id();
    // A call that comes in and goes out again spends a hop, so that a loop of PBXes ends.
    int hops = 70;
    if (what.parent) {
        int left = 0;
        if (parse_number(what.parent->get("max_forwards"), left)) hops = left - 1;
    }
    if (hops <= 0)
        return fail(errc::limit_reached, "the call went through too many hops (Max-Forwards)");
    out.max_forwards = hops < 70 ? hops : 70;
    if (!profile.user_agent.empty()) out.headers.emplace_back("User-Agent", profile.user_agent);
    out.headers.emplace_back("Allow", std::string(allowed_in_dialog));

    const auto& caller = *what.caller;
    if (!caller.caller_id_number.empty() && profile.caller_id_type != "none") {
        auto identity =
            name_addr(caller.caller_id_name,
                      cat("sip:", escape_user(caller.caller_id_number), '@', from.host));
        if (profile.caller_id_type == "pid")
            out.headers.emplace_back("P-Asserted-Identity", identity);
        else
            out.headers.emplace_back("Remote-Party-ID",
                                     cat(identity, ";party=calling;screen=yes;privacy=off"));
    }
    for (const auto& [name, value] : *what.vars) {
        if (name.size() <= 6 || !iequals(name.substr(0, 6), "sip_h_")) continue;
        auto header = name.substr(6);
        if (!reserved(header)) out.headers.emplace_back(std::string(header), plain(value));
    }
    return out;
}

}  // namespace strowger::sofia
