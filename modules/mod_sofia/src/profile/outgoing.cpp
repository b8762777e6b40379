// Calls that go out: from an address in a dial string to a leg.
#include "dialog/outbound.hpp"
#include "invite.hpp"
#include "service.hpp"
#include "target.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::sofia {

struct service::routed {
    profile* through = nullptr;
    outbound_plan plan;
    invite_request invite;
    std::string number;  // the new channel's destination_number
};

namespace {

using failure = endpoint::failure;

transport_kind kind_of(const uri_target& parts, transport_kind otherwise) {
    if (parts.transport == "tls" || parts.secure) return transport_kind::tls;
    if (parts.transport == "tcp") return transport_kind::tcp;
    if (parts.transport == "udp") return transport_kind::udp;
    return otherwise;
}

failure from_error(const error& why) {
    switch (why.code) {
        case errc::incompatible:
            return {hangup_cause::incompatible_destination, why.text};
        case errc::limit_reached:
            return {hangup_cause::switch_congestion, why.text};
        case errc::not_found:
            return {hangup_cause::no_route_destination, why.text};
        case errc::bad_syntax:
        case errc::invalid_argument:
            return {hangup_cause::invalid_number_format, why.text};
        default:
            return {hangup_cause::normal_temporary_failure, why.text};
    }
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& each : names) out += cat(out.empty() ? "" : ", ", each);
    return out;
}

// "host", "host:port" or a SIP URI, as gateways name their proxy.
bool split_proxy(const std::string& text, uri_target& out) {
    bool uri = text.starts_with("sip:") || text.starts_with("sips:");
    return split_uri(uri ? text : cat("sip:", text), out);
}

// Path values, "<sip:a;lr>,<sip:b;lr>", as Route values (RFC 3327, 5.3).
std::vector<std::string> path_routes(std::string_view path) {
    std::vector<std::string> out;
    while (!path.empty() && out.size() < 16) {
        auto open = path.find('<');
        auto close = path.find('>', open == path.npos ? 0 : open);
        if (open == path.npos || close == path.npos) break;
        out.push_back(std::string(path.substr(open, close - open + 1)));
        path.remove_prefix(close + 1);
    }
    return out;
}

}  // namespace

boost::system::result<service::routed, failure> service::to_binding(const binding& where) {
    routed out;
    out.through = find(where.profile);
    if (!out.through)
        return failure{hangup_cause::user_not_registered,
                       cat(where.user, '@', where.domain, " registered with profile ",
                           where.profile, ", which is not here")};
    auto flow = out.through->flow_of(where);
    if (!flow) return failure{hangup_cause::user_not_registered, flow.error().text};
    out.plan.on = std::move(*flow);
    out.plan.transport = out.plan.on->kind();
    out.plan.registered = true;
    out.invite.request_uri = where.contact;
    out.invite.to_uri = cat("sip:", escape_user(where.user), '@', where.domain);
    out.invite.routes = path_routes(where.path);
    out.number = where.user;
    return out;
}

boost::system::result<service::routed, failure> service::to_gateway(const dial_target& target) {
    routed out;
    out.through = with_gateway(target.gateway);
    if (!out.through)
        return failure{hangup_cause::no_route_destination,
                       cat("there is no gateway ", target.gateway)};
    auto* gateways = out.through->gateways_or_null();
    const auto* gateway = gateways->find(target.gateway);
    for (const auto& each : gateways->status())
        if (each.settings.name == gateway->name && each.state == gateway_state::down)
            return failure{hangup_cause::gateway_down,
                           cat("gateway ", gateway->name, " is down: ", each.reason)};
    uri_target proxy, next;
    if (!split_proxy(gateway->proxy, proxy))
        return failure{
            hangup_cause::no_route_destination,
            cat("gateway ", gateway->name, " has no usable proxy: \"", gateway->proxy, '"')};
    next = proxy;
    if (!gateway->outbound_proxy.empty() && !split_proxy(gateway->outbound_proxy, next))
        return failure{hangup_cause::no_route_destination,
                       cat("gateway ", gateway->name, " has no usable outbound-proxy")};
    auto kind = kind_of(target.parts, kind_of(next, gateway->transport));
    auto host = proxy.host.find(':') == proxy.host.npos ? proxy.host : cat('[', proxy.host, ']');
    out.invite.request_uri =
        cat("sip:", escape_user(target.number), '@', host,
            proxy.port ? cat(':', proxy.port) : std::string{},
            kind == transport_kind::udp ? "" : cat(";transport=", to_string(kind)));
    out.invite.gateway = gateway;
    if (!gateway->outbound_proxy.empty()) {
        auto text = gateway->outbound_proxy;
        out.invite.routes.push_back(
            cat('<', text.starts_with("sip") ? text : cat("sip:", text), ";lr>"));
    }
    out.plan.transport = kind;
    out.plan.who = gateways->credentials_of(gateway->name);
    auto* through = out.through;
    out.plan.reach = [through, kind, next](std::function<void(result<flow_ptr>)> done) {
        through->reach(kind, next.host, next.port, std::move(done));
    };
    out.plan.on_outcome = [through, name = gateway->name](bool failed) {
        if (auto* now = through->gateways_or_null()) now->count_call(name, true, failed);
    };
    out.number = target.number;
    return out;
}

boost::system::result<service::routed, failure> service::route(const dial_target& target,
                                                               const originate_request&) {
    if (target.what == dial_target::kind::gateway) return to_gateway(target);
    auto* through = find(target.profile);
    if (!through)
        return failure{
            hangup_cause::no_route_destination,
            cat("there is no profile ", target.profile, "; there are: ", joined(profile_names()))};
    if (!through->running())
        return failure{hangup_cause::normal_temporary_failure,
                       cat("profile ", target.profile, " is down")};
    const auto& name = through->settings().name;
    if (target.what == dial_target::kind::registered) {
        const binding* best = nullptr;
        auto all = through->bindings();
        auto domain = core_.directory().domain(target.domain).value_or(target.domain);
        for (const auto& each : all)
            if (each.user == target.user && (each.domain == domain || target.domain == name) &&
                (!best || each.q_millis > best->q_millis ||
                 (each.q_millis == best->q_millis && each.expires > best->expires)))
                best = &each;
        if (!best)
            return failure{hangup_cause::user_not_registered,
                           cat(target.user, '@', target.domain, " is not registered")};
        return to_binding(*best);
    }
    if (auto bound = find_binding(core_, name, target.text)) return to_binding(*bound);
    // Printed by sofia_contact for a binding that has gone since: the phone is not called back.
    if (target.text.find(";fs_aor=") != target.text.npos)
        return failure{hangup_cause::user_not_registered, "that registration is gone"};
    routed out;
    out.through = through;
    auto kind = kind_of(target.parts, transport_kind::udp);
    out.plan.transport = kind;
    out.invite.request_uri = target.uri;
    out.number = target.parts.user;
    auto next = target.parts;
    if (!target.path.empty()) {
        if (!split_proxy(target.path, next))
            return failure{hangup_cause::invalid_number_format,
                           cat("fs_path is no SIP URI: ", target.path)};
        kind = kind_of(next, kind);
        out.plan.transport = kind;
        out.invite.routes.push_back(cat('<', target.path, next.loose ? ">" : ";lr>"));
    }
    out.plan.reach = [through, kind, next](std::function<void(result<flow_ptr>)> done) {
        through->reach(kind, next.host, next.port, std::move(done));
    };
    return out;
}

boost::system::result<channel_ptr, failure> service::originate(originate_request request) {
    auto target = parse_target(request.address);
    if (!target) return from_error(target.error());
    auto routed_to = route(*target, request);
    if (!routed_to) return routed_to.error();
    auto& to = *routed_to;
    auto& caller = request.caller;
    const auto& settings = to.through->settings();
    to.invite.caller = &caller;
    to.invite.vars = &request.vars;
    to.invite.parent = request.parent ? &request.parent->vars() : nullptr;
    to.invite.own_host = to.through->own_host();
    if (!target->to.empty())
        to.invite.to_uri = target->to.starts_with("sip") ? target->to : cat("sip:", target->to);
    if (to.invite.gateway) {
        auto mine = std::move(request.vars);
        request.vars = to.invite.gateway->outbound_vars;
        request.vars.merge(mine);
    }
    auto parts = make_invite(settings, to.invite);
    if (!parts)
        return failure{parts.error().code == errc::limit_reached
                           ? hangup_cause::exchange_routing_error
                           : hangup_cause::normal_temporary_failure,
                       parts.error().text};

    url_t number{};
    number.url_user = to.number.c_str();
    caller.destination_number = user_text(&number);
    caller.source = "mod_sofia";
    caller.chan_name =
        cat("sofia/", settings.name, '/',
            std::string_view(parts->request_uri).substr(parts->request_uri.find(':') + 1));
    if (to.plan.on) caller.network_addr = to.plan.on->remote().ip.to_string();
    auto& vars = request.vars;
    vars.set("channel_name", caller.chan_name);
    vars.set("sofia_profile_name", settings.name);
    vars.set("sip_profile_name", settings.name);
    vars.set("sip_call_id", parts->call_id);
    vars.set("sip_destination_url", parts->request_uri);
    vars.set("sip_req_uri", parts->request_uri.substr(parts->request_uri.find(':') + 1));
    vars.set("max_forwards", cat(parts->max_forwards));
    if (to.invite.gateway) vars.set("sip_gateway_name", to.invite.gateway->name);

    to.plan.invite = std::move(*parts);
    to.through->count_outgoing();
    auto session = outbound_session::make(to.through->host(), std::move(to.plan));
    outgoing_call call;
    call.signalling = owned<leg>(request.holder, std::make_unique<invite_leg>(session));
    call.caller = std::move(caller);
    call.vars = std::move(vars);
    call.parent = std::move(request.parent);
    auto made = core_.calls().outgoing(std::move(call));
    if (made) return *made;
    to.through->count_failed_outgoing();
    return from_error(made.error());
}

}  // namespace strowger::sofia
