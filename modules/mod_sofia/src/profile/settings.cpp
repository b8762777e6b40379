#include "settings.hpp"

#include "gateway/read.hpp"
#include "params.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::sofia {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string global(const config_snapshot& from, std::string_view name, std::string otherwise) {
    const auto* value = from.global(name);
    if (value && !value->empty()) return *value;
    return otherwise;
}

// sip-ip and rtp-ip: digits, or "auto".
std::string own_address(const param_set& params, std::string_view name, const config_snapshot& from,
                        problems& found) {
    auto value = params.text(name);
    if (value.empty() || value == "auto") return global(from, "local_ip_v4", "127.0.0.1");
    boost::system::error_code bad;
    boost::asio::ip::make_address(value, bad);
    if (bad)
        found.push_back({severity::error, params.where(name),
                         cat(name, "=\"", value,
                             "\" is no address; expected one in digits, "
                             "as 192.0.2.1 or 2001:db8::1, or auto")});
    return value;
}

// ext-sip-ip and ext-rtp-ip: digits, or nothing that we can find out yet.
std::string outer_address(const param_set& params, std::string_view name, problems& found) {
    auto value = params.text(name);
    if (value.empty() || value == "auto") return {};
    boost::system::error_code bad;
    boost::asio::ip::make_address(value, bad);
    if (!bad) return value;
    bool looked_up = value.starts_with("auto-nat") || value.starts_with("autonat:") ||
                     value.starts_with("stun:") || value.starts_with("host:");
    found.push_back({looked_up ? severity::warning : severity::error, params.where(name),
                     looked_up ? cat(name, "=\"", value,
                                     "\" would be looked up, which is not "
                                     "built yet: write the public address in digits; none is used")
                               : cat(name, "=\"", value,
                                     "\" is no address; expected one in "
                                     "digits, as 203.0.113.7")});
    return {};
}

void read_verify_policy(const param_set& params, tls_settings& tls, problems& found) {
    auto policy = params.text("tls-verify-policy");
    tls.verify_in = tls.verify_out = false;
    std::string_view rest = policy;
    auto wrong = [&](std::string text) {
        found.push_back({severity::error, params.where("tls-verify-policy"), std::move(text)});
    };
    while (true) {
        auto bar = rest.find('|');
        auto word = trim(rest.substr(0, bar));
        if (word == "in") {
            tls.verify_in = true;
        } else if (word == "out") {
            tls.verify_out = true;
        } else if (word == "subjects_out") {
            tls.verify_out = true;  // the name is always verified when we connect
        } else if (word == "all") {
            tls.verify_in = tls.verify_out = true;
        } else if (word == "subjects_in" || word == "subjects_all") {
            // Taking any valid certificate instead would only look safe.
            tls.verify_in = true;
            wrong(cat("tls-verify-policy \"", word,
                      "\" needs a list of subjects, which is not "
                      "built yet; expected none, in, out, subjects_out or all"));
        } else if (word == "none") {
            tls.verify_in = tls.verify_out = false;
        } else {
            tls.verify_in = tls.verify_out = true;
            wrong(cat("tls-verify-policy has no word \"", word,
                      "\"; expected none, in, out, subjects_out or all, joined by |"));
        }
        if (bar == rest.npos) return;
        rest.remove_prefix(bar + 1);
    }
}

void read_tls(const param_set& params, const config_snapshot& from, tls_settings& tls,
              problems& found) {
    tls.enabled = params.boolean("tls");
    tls.port = static_cast<std::uint16_t>(params.integer("tls-sip-port"));
    tls.certificate_dir = params.text("tls-cert-dir");
    if (tls.certificate_dir.empty()) tls.certificate_dir = global(from, "certs_dir", "");
    tls.passphrase = params.text("tls-passphrase");
    tls.verify_date = params.boolean("tls-verify-date");
    tls.verify_depth = static_cast<int>(params.integer("tls-verify-depth"));
    tls.versions = params.text("tls-version");
    tls.ciphers = params.text("tls-ciphers");
    tls.run_as_uid = global(from, "run_as_uid", "");
    tls.run_as_gid = global(from, "run_as_gid", "");
    if (auto bind = params.text("tls-bind-params"); bind != "transport=tls" && !bind.empty())
        found.push_back({severity::warning, params.where("tls-bind-params"),
                         cat("tls-bind-params \"", bind, "\" is read as transport=tls")});
    read_verify_policy(params, tls, found);
    if (params.boolean("tls-only") && !tls.enabled)
        found.push_back({severity::warning, params.where("tls-only"),
                         "tls-only means nothing while tls is off; plain SIP is listened for"});
}

std::vector<std::string> words(std::string_view list) {
    std::vector<std::string> out;
    while (true) {
        auto comma = list.find(',');
        if (auto word = trim(list.substr(0, comma)); !word.empty()) out.emplace_back(word);
        if (comma == list.npos) return out;
        list.remove_prefix(comma + 1);
    }
}

void read_auth(const param_set& params, profile_settings& out, problems& found) {
    auto& auth = out.auth;
    auth.profile = out.name;
    auth.auth_calls = params.boolean("auth-calls");
    auth.accept_blind_registrations = params.boolean("accept-blind-reg");
    auth.challenge_realm = params.text("challenge-realm");
    auth.force_domain = params.text("force-register-domain");
    auth.nonce_ttl = seconds(params.integer("nonce-ttl"));
    auth.matching_username = params.boolean("inbound-reg-force-matching-username");
    auth.algorithms = words(params.text("rfc8760-auth-algorithms"));
    for (const auto& each : auth.algorithms)
        if (!iequals(each, "MD5") && !iequals(each, "SHA-256"))
            found.push_back({severity::error, params.where("rfc8760-auth-algorithms"),
                             cat("no digest algorithm \"", each, "\"; expected MD5 or SHA-256")});
    auto& registrar = out.registrar;
    registrar.profile = out.name;
    registrar.force_domain = params.text("force-register-db-domain");
    registrar.forced_expires = static_cast<std::uint32_t>(params.integer("sip-force-expires"));
    if (auto most = params.integer("max-registrations-per-extension"); most > 0)
        registrar.max_contacts = static_cast<std::size_t>(most);
    out.registers = !params.boolean("disable-register");
}

void read_media(const param_set& params, const config_snapshot& from, profile_settings& out,
                problems& found) {
    out.media_ip = own_address(params, "rtp-ip", from, found);
    out.advertised_media_ip = outer_address(params, "ext-rtp-ip", found);
    auto both = params.text("codec-prefs");
    out.inbound_codecs =
        params.given("inbound-codec-prefs") ? params.text("inbound-codec-prefs") : both;
    out.outbound_codecs =
        params.given("outbound-codec-prefs") ? params.text("outbound-codec-prefs") : both;
    out.media_timeout = seconds(params.integer("rtp-timeout-sec"));
    out.media_hold_timeout = seconds(params.integer("rtp-hold-timeout-sec"));
}

void add_text(const config_node& node, std::string& out) {
    out += cat('<', node.name);
    for (const auto& [name, value] : node.attributes) out += cat(' ', name, "=\"", value, '"');
    out += cat('>', node.text);
    for (const auto& each : node.children) add_text(each, out);
}

std::string text_of(const config_node* node) {
    std::string out;
    if (node) add_text(*node, out);
    return out;
}

profile_settings read_profile(const config_node& node, const config_snapshot& from,
                              problems& found) {
    profile_settings out;
    out.name = std::string(node.attribute_or("name", {}));
    out.where = node.where;
    if (out.name.empty() || out.name.find_first_of("/ \t,|") != out.name.npos)
        found.push_back({severity::error, node.where,
                         cat("a profile's name is \"", out.name,
                             "\"; expected letters, digits, dots and dashes")});
    static const config_node nothing;
    const auto* settings = node.child("settings");
    if (!settings)
        found.push_back(
            {severity::error, node.where, cat("profile ", out.name, " has no <settings>")});
    param_set params(settings ? *settings : nothing, profile_params(), found,
                     params_known_elsewhere());

    auto& transport = out.transport;
    transport.profile = out.name;
    transport.ip = own_address(params, "sip-ip", from, found);
    transport.advertised_ip = outer_address(params, "ext-sip-ip", found);
    transport.port = static_cast<std::uint16_t>(params.integer("sip-port"));
    read_tls(params, from, transport.tls, found);
    transport.plain = !(transport.tls.enabled && params.boolean("tls-only"));

    out.timers.t1 = milliseconds(params.integer("timer-T1"));
    out.timers.t2 = milliseconds(params.integer("timer-T2"));
    out.timers.t4 = milliseconds(params.integer("timer-T4"));
    out.timers.invite_timeout = milliseconds(params.integer("timer-T1X64"));
    read_auth(params, out, found);
    read_media(params, from, out, found);
    out.context = params.text("context");
    out.dialplan = params.text("dialplan");
    out.user_agent = params.text("user-agent-string");
    out.caller_id_type = params.text("caller-id-type");
    out.max_strangers = static_cast<std::size_t>(params.integer("max-unauthenticated-calls"));
    out.max_strangers_per_address =
        static_cast<std::size_t>(params.integer("max-unauthenticated-calls-per-address"));
    out.max_proceeding = static_cast<std::size_t>(params.integer("max-proceeding"));
    out.log_auth_failures = params.boolean("log-auth-failures");
    out.trace = params.boolean("sip-trace");
    if (const auto* aliases = node.child("aliases"))
        aliases->each("alias", [&](const config_node& alias) {
            if (const auto* name = alias.attribute("name")) out.aliases.push_back(*name);
        });
    if (const auto* gateways = node.child("gateways"))
        out.gateways = read_gateways(*gateways, out.name, found);
    for (const auto& gateway : out.gateways)
        if (gateway.transport == transport_kind::tls && !transport.tls.enabled)
            found.push_back({severity::error, node.where,
                             cat("gateway ", gateway.name, " registers over TLS, but profile ",
                                 out.name, " has tls=\"false\"")});
    out.settings_text = text_of(settings);
    out.gateways_text = text_of(node.child("gateways"));
    return out;
}

}  // namespace

sofia_settings read_settings(const config_snapshot& from, problems& found) {
    sofia_settings out;
    const auto* file = from.file("sofia.conf");
    if (!file) {
        found.push_back({severity::error, from.root().where,
                         "there is no <configuration name=\"sofia.conf\">; "
                         "expected autoload_configs/sofia.conf.xml"});
        return out;
    }
    if (const auto* settings = file->child("global_settings")) {
        static const std::vector<param_spec> specs{
            {"log-level", param_type::integer, "0", 0, 9, {}, "0 to 9, as in sofia loglevel"}};
        static const std::vector<std::string_view> elsewhere{"tracelevel",
                                                             "debug-presence",
                                                             "debug-sla",
                                                             "max-reg-threads",
                                                             "auto-restart",
                                                             "abort-on-empty-external-ip",
                                                             "rewrite-multicasted-fs-path",
                                                             "capture-server",
                                                             "inbound-reg-in-new-thread"};
        param_set params(*settings, specs, found, elsewhere);
        out.log_level = static_cast<int>(params.integer("log-level"));
    }
    const auto* profiles = file->child("profiles");
    if (!profiles) {
        found.push_back({severity::error, file->where, "sofia.conf has no <profiles>"});
        return out;
    }
    profiles->each("profile", [&](const config_node& node) {
        auto before = found.size();
        auto profile = read_profile(node, from, found);
        for (auto at = before; at < found.size() && profile.problem.empty(); ++at)
            if (found[at].level == severity::error) profile.problem = to_string(found[at]);
        for (const auto& other : out.profiles) {
            if (other.name != profile.name) continue;
            found.push_back(
                {severity::error, node.where,
                 cat("there is a profile ", profile.name, " already, at ", other.where.text())});
            return;
        }
        out.profiles.push_back(std::move(profile));
    });
    return out;
}

}  // namespace strowger::sofia
