#include "incoming.hpp"

#include "dialog/fields.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

namespace {

// Variables of a URI: sip_from_user, sip_from_host, sip_from_port, sip_from_uri.
void add_uri(variables& vars, std::string_view prefix, const url_t* uri) {
    if (!uri) return;
    auto set = [&](std::string_view what, std::string value) {
        if (!value.empty()) vars.set(cat(prefix, what), std::move(value));
    };
    auto user = user_text(uri);
    auto host = std::string(view(uri->url_host));
    auto port = std::string(view(uri->url_port));
    set("_uri", cat(user, user.empty() ? "" : "@", host, port.empty() ? "" : ":", port));
    set("_user", std::move(user));
    set("_host", std::move(host));
    set("_port", std::move(port));
}

// The caller's name and number: P-Asserted-Identity, Remote-Party-ID, then From.
void name_caller(caller_profile& caller, const message& invite) {
    const auto* from = invite.sip()->sip_from;
    caller.caller_id_number = user_text(from->a_url);
    caller.caller_id_name = display_text(from->a_display);
    for (auto header : {"P-Asserted-Identity", "Remote-Party-ID"}) {
        auto value = unknown_header(invite, header);
        if (value.empty()) continue;
        uri_target target;
        if (!split_uri(inside_brackets(value), target) || target.user.empty()) continue;
        url_t user{};
        user.url_user = target.user.c_str();
        caller.caller_id_number = user_text(&user);
        auto display = std::string(trim(value.substr(0, value.find('<'))));
        if (!display.empty() && value.find('<') != value.npos)
            caller.caller_id_name = display_text(display.c_str());
        break;
    }
    if (caller.caller_id_name.empty()) caller.caller_id_name = caller.caller_id_number;
    caller.ani = caller.caller_id_number;
}

void add_headers(variables& vars, const message& invite) {
    std::size_t room = 64;
    for (const auto* each = invite.sip()->sip_unknown; each && room; each = each->un_next) {
        auto name = view(each->un_name);
        if (name.size() < 3 || name.size() > 80 || !iequals(name.substr(0, 2), "X-")) continue;
        vars.set(cat("sip_h_", name), std::string(view(each->un_value)));
        --room;
    }
}

}  // namespace

incoming_call describe(const message& invite, const flow& from, const profile_settings& profile,
                       const directory_user* user, const gateway_settings* gateway) {
    incoming_call call;
    const auto* sip = invite.sip();
    const auto* asked = sip->sip_request->rq_url;
    auto& caller = call.caller;
    auto& vars = call.vars;
    caller.source = "mod_sofia";
    caller.dialplan = profile.dialplan;
    caller.context = profile.context;
    caller.network_addr = from.remote().ip.to_string();
    caller.destination_number = user_text(asked);
    name_caller(caller, invite);
    caller.username = user ? user->id : user_text(sip->sip_from->a_url);
    caller.chan_name = cat("sofia/", profile.name, '/', user_text(sip->sip_from->a_url), '@',
                           view(sip->sip_from->a_url->url_host));

    auto set = [&](std::string_view name, std::string value) { vars.set(name, std::move(value)); };
    set("channel_name", caller.chan_name);
    set("sofia_profile_name", profile.name);
    set("sip_profile_name", profile.name);
    set("sip_call_id", std::string(invite.call_id()));
    set("sip_network_ip", caller.network_addr);
    set("sip_network_port", cat(from.remote().port));
    set("sip_received_ip", caller.network_addr);
    set("sip_received_port", cat(from.remote().port));
    set("sip_via_protocol", std::string(to_string(from.kind())));
    set("signalling_secure", from.encrypted() ? "true" : "false");
    if (from.tls().verified) set("peer_cert_cn", from.tls().name);
    add_uri(vars, "sip_from", sip->sip_from->a_url);
    add_uri(vars, "sip_to", sip->sip_to->a_url);
    add_uri(vars, "sip_req", asked);
    if (sip->sip_contact) add_uri(vars, "sip_contact", sip->sip_contact->m_url);
    if (auto display = display_text(sip->sip_from->a_display); !display.empty())
        set("sip_from_display", std::move(display));
    set("sip_from_tag", std::string(invite.from_tag()));
    if (sip->sip_user_agent)
        set("sip_user_agent", std::string(view(sip->sip_user_agent->g_string)));
    if (sip->sip_max_forwards) set("max_forwards", cat(sip->sip_max_forwards->mf_count));
    add_headers(vars, invite);

    if (gateway) {
        set("sip_gateway", gateway->name);
        set("sip_gateway_name", gateway->name);
        vars.merge(gateway->inbound_vars);
        if (!gateway->context.empty()) caller.context = gateway->context;
        if (gateway->extension == "auto_to_user")
            caller.destination_number = user_text(sip->sip_to->a_url);
        else if (!gateway->extension.empty())
            caller.destination_number = gateway->extension;
    }
    if (user) {
        set("sip_authorized", "true");
        set("sip_auth_username", user->id);
        set("sip_auth_realm", user->domain);
        set("user_name", user->id);
        set("domain_name", user->domain);
        set("presence_id", cat(user->id, '@', user->domain));
        vars.merge(user->vars);
        if (auto context = user->vars.get("user_context"); !context.empty())
            caller.context = std::string(context);
    }
    call.sdp = std::string(sdp_of(invite));
    return call;
}

}  // namespace strowger::sofia
