#include "gateway/read.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::sofia {
namespace {

std::vector<param_spec> gateway_params() {
    using enum param_type;
    return {
        {"realm", text, "", 0, 0, "",
         "the domain of the account; the gateway's name when not given"},
        {"username", text, "", 0, 0, "", "the account"},
        {"auth-username", text, "", 0, 0, "", "the name in credentials, where it differs"},
        {"password", text, "", 0, 0, "", "the account's password"},
        {"from-user", text, "", 0, 0, "", "user of From; username when not given"},
        {"from-domain", text, "", 0, 0, "", "host of From; realm when not given"},
        {"extension", text, "", 0, 0, "", "where its calls go; auto_to_user: what they dialled"},
        {"proxy", text, "", 0, 0, "", "where calls go: host, host:port or a SIP URI; realm"},
        {"register-proxy", text, "", 0, 0, "", "where REGISTER goes; proxy when not given"},
        {"outbound-proxy", text, "", 0, 0, "", "what everything is sent through"},
        {"context", text, "", 0, 0, "", "the dialplan context of its calls"},
        {"register", boolean, "true", 0, 0, "", "whether we register there"},
        {"register-transport", choice, "", 0, 0, "udp|tcp|tls", "the transport of REGISTER"},
        {"expire-seconds", integer, "3600", 1, 604800, "", "how long a registration is asked for"},
        {"retry-seconds", integer, "30", 5, 86400, "", "the pause after a failure; it doubles"},
        {"ping", integer, "0", 0, 86400, "", "seconds between OPTIONS; 0: none"},
        {"caller-id-in-from", boolean, "false", 0, 0, "", "From shows the caller, not the account"},
    };
}

const std::vector<std::string_view> known_elsewhere{"scheme",
                                                    "timeout-seconds",
                                                    "908-retry-seconds",
                                                    "contact-params",
                                                    "contact-host",
                                                    "contact-in-ping",
                                                    "ping-max",
                                                    "ping-min",
                                                    "ping-user-agent",
                                                    "ping-monitoring",
                                                    "distinct-to",
                                                    "destination-prefix",
                                                    "rfc-5626",
                                                    "reg-id",
                                                    "cid-type",
                                                    "gw-auth-acl",
                                                    "extension-in-contact",
                                                    "contact-user",
                                                    "sip-cid-type",
                                                    "codec-prefs"};

bool good_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_' || c == '.' || c == '-';
    });
}

std::string either(std::string first, const std::string& second) {
    return first.empty() ? second : first;
}

void read_variables(const config_node& from, gateway_settings& to) {
    from.each("variables", [&](const config_node& group) {
        group.each("variable", [&](const config_node& one) {
            const auto* name = one.attribute("name");
            const auto* value = one.attribute("value");
            if (!name || !value) return;
            auto way = one.attribute_or("direction", group.attribute_or("direction", "both"));
            if (way != "outbound") to.inbound_vars.set(*name, *value);
            if (way != "inbound") to.outbound_vars.set(*name, *value);
        });
    });
}

// The transport that a proxy's URI asks for, when register-transport says nothing.
transport_kind transport_of(std::string_view chosen, std::string_view proxy) {
    for (auto kind : {transport_kind::tls, transport_kind::tcp}) {
        auto parameter = cat(";transport=", to_string(kind));
        if (chosen == to_string(kind) || (chosen.empty() && proxy.find(parameter) != proxy.npos))
            return kind;
    }
    return transport_kind::udp;
}

}  // namespace

std::vector<gateway_settings> read_gateways(const config_node& gateways, const std::string& profile,
                                            problems& found) {
    std::vector<gateway_settings> out;
    const auto specs = gateway_params();
    gateways.each("gateway", [&](const config_node& node) {
        gateway_settings one;
        one.profile = profile;
        one.name = node.attribute_or("name", "");
        auto refuse = [&](std::string text) {
            found.push_back({severity::error, node.where,
                             cat("gateway \"", one.name, "\": ", text, "; it is not used")});
        };
        if (!good_name(one.name))
            return refuse("a name is made of letters, digits, '.', '-' and '_'");
        if (std::any_of(out.begin(), out.end(), [&](auto& g) { return g.name == one.name; }))
            return refuse("another gateway has this name");
        param_set params(node, specs, found, known_elsewhere);
        one.realm = either(params.text("realm"), one.name);
        one.username = params.text("username");
        one.auth_username = either(params.text("auth-username"), one.username);
        one.password = params.text("password");
        one.from_user = either(params.text("from-user"), one.username);
        one.from_domain = either(params.text("from-domain"), one.realm);
        one.extension = either(params.text("extension"), one.username);
        one.proxy = either(params.text("proxy"), one.realm);
        one.register_proxy = either(params.text("register-proxy"), one.proxy);
        one.outbound_proxy = params.text("outbound-proxy");
        one.context = params.text("context");
        one.registers = params.boolean("register");
        one.transport = transport_of(params.text("register-transport"), one.register_proxy);
        one.expire_seconds = static_cast<std::uint32_t>(params.integer("expire-seconds"));
        one.retry_seconds = static_cast<std::uint32_t>(params.integer("retry-seconds"));
        one.ping_seconds = static_cast<std::uint32_t>(params.integer("ping"));
        one.caller_id_in_from = params.boolean("caller-id-in-from");
        read_variables(node, one);
        if (one.registers && one.username.empty())
            return refuse("it shall register, but has no username (or register=false is missing)");
        if (one.registers && one.password.empty())
            found.push_back({severity::warning, node.where,
                             cat("gateway \"", one.name, "\": it registers without a password")});
        out.push_back(std::move(one));
    });
    return out;
}

}  // namespace strowger::sofia
