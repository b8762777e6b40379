#include "status.hpp"

#include <strowger/mask.hpp>
#include <strowger/text.hpp>

namespace strowger::sofia {

namespace {

std::string rule() { return std::string(97, '='); }

std::string right(std::string_view text, std::size_t width) {
    return text.size() >= width ? std::string(text)
                                : cat(std::string(width - text.size(), ' '), text);
}

// Name, type, data and state, in the columns that scripts know.
std::string row(std::string_view name, std::string_view type, std::string_view data,
                std::string_view state) {
    return cat(right(name, 25), '\t', type, "\t  ", right(data, 40), '\t', state, '\n');
}

std::string field(std::string_view name, std::string_view value) {
    auto padded = std::string(name);
    if (padded.size() < 17) padded.resize(17, ' ');
    return cat(padded, '\t', value, '\n');
}

std::string listener_url(const listener_status& each) {
    return cat("sip:mod_sofia@", to_string(each.at),
               each.kind == transport_kind::udp ? "" : cat(";transport=", to_string(each.kind)));
}

const listener_status* listener(const std::vector<listener_status>& all, transport_kind kind) {
    for (const auto& each : all)
        if (each.kind == kind) return &each;
    return nullptr;
}

std::string state_of(const listener_status& each) {
    return each.up ? "UP" : cat("DOWN: ", each.reason);
}

std::string padded_number(unsigned long value, std::size_t width) {
    auto text = cat(value);
    return text.size() < width ? cat(std::string(width - text.size(), '0'), text) : text;
}

// "2026-11-24 06:00:00" in UTC, whatever the zone of the machine.
std::string stamp(wall_time when) {
    using namespace std::chrono;
    auto day = floor<days>(when);
    year_month_day date{day};
    hh_mm_ss time{floor<seconds>(when - day)};
    return cat(static_cast<int>(date.year()), '-',
               padded_number(static_cast<unsigned>(date.month()), 2), '-',
               padded_number(static_cast<unsigned>(date.day()), 2), ' ',
               padded_number(static_cast<unsigned long>(time.hours().count()), 2), ':',
               padded_number(static_cast<unsigned long>(time.minutes().count()), 2), ':',
               padded_number(static_cast<unsigned long>(time.seconds().count()), 2));
}

}  // namespace

std::string status_table(const service& of) {
    std::string out = row("Name", "   Type", "Data", "State");
    out += rule() + '\n';
    std::size_t aliases = 0;
    for (const auto& each : of.profiles()) {
        const auto& name = each->settings().name;
        auto listeners = each->listeners();
        if (!each->running())
            out += row(name, "profile",
                       cat("sip:mod_sofia@", each->settings().transport.ip, ':',
                           each->settings().transport.port),
                       cat("DOWN: ", each->settings().problem.empty() ? "stopped"
                                                                      : each->settings().problem));
        // TCP shares UDP's line, as in FreeSWITCH, unless it is down.
        for (const auto& one : listeners) {
            if (one.kind == transport_kind::tcp && one.up) continue;
            auto mark = one.kind == transport_kind::tls ? " (TLS)" : "";
            out += row(name, "profile", listener_url(one),
                       one.up ? cat("RUNNING (", each->live_calls(), ')', mark)
                              : cat("DOWN", mark, ": ", one.reason));
        }
        for (const auto& gateway : each->gateways())
            out += row(cat(name, "::", gateway.settings.name), "gateway",
                       cat("sip:", gateway.settings.username, '@',
                           gateway.settings.realm.empty() ? gateway.settings.proxy
                                                          : gateway.settings.realm),
                       to_string(gateway.state));
        for (const auto& alias : each->settings().aliases) {
            out += row(alias, "  alias", name, "ALIASED");
            ++aliases;
        }
    }
    out += rule() + '\n';
    auto profiles = of.profiles().size();
    return out + cat(profiles, " profile", profiles == 1 ? "" : "s", ' ', aliases, " alias",
                     aliases == 1 ? "" : "es");
}

std::string profile_page(const profile& of) {
    const auto& settings = of.settings();
    auto listeners = of.listeners();
    std::string out = rule() + '\n';
    out += field("Name", settings.name);
    out += field("State", of.running() ? "RUNNING" : cat("DOWN: ", settings.problem));
    out += field("Dialplan", settings.dialplan);
    out += field("Context", settings.context);
    out += field("Challenge Realm", settings.auth.challenge_realm);
    out += field("Auth-Calls", settings.auth.auth_calls ? "true" : "false");
    out += field("RTP-IP", settings.media_ip);
    out += field("Ext-RTP-IP", settings.advertised_media_ip);
    out += field("SIP-IP", settings.transport.ip);
    out += field("Ext-SIP-IP", settings.transport.advertised_ip);
    if (of.running() && settings.transport.plain) {
        out += field("URL", of.url(transport_kind::udp));
        for (auto kind : {transport_kind::udp, transport_kind::tcp})
            if (const auto* each = listener(listeners, kind)) {
                out += field("BIND-URL", listener_url(*each));
                out += field(kind == transport_kind::udp ? "UDP" : "TCP", state_of(*each));
            }
    }
    if (const auto* tls = listener(listeners, transport_kind::tls)) {
        out += field("TLS-URL", of.url(transport_kind::tls));
        out += field("TLS-BIND-URL", listener_url(*tls));
        out += field("TLS", state_of(*tls));
    } else {
        out += field("TLS", "off");
    }
    out += field("CODECS IN", of.codecs(true));
    out += field("CODECS OUT", of.codecs(false));
    const auto& counters = of.counters();
    out += field("CALLS-IN", cat(counters.calls_in));
    out += field("FAILED-CALLS-IN", cat(counters.failed_calls_in));
    out += field("CALLS-OUT", cat(counters.calls_out));
    out += field("FAILED-CALLS-OUT", cat(counters.failed_calls_out));
    out += field("REGISTRATIONS", cat(of.bindings().size()));
    return out + rule();
}

std::string registration_page(const profile& of, wall_time wall) {
    std::string out = cat("Registrations:\n", rule(), '\n');
    auto all = of.bindings();
    for (const auto& each : all) {
        auto left = std::chrono::duration_cast<std::chrono::seconds>(each.expires - wall).count();
        auto where = parse_address(each.source, 0);
        bool lost = each.transport != "udp" && !const_cast<profile&>(of).flow_of(each);
        out += cat("Call-ID:    \t", printable(each.call_id), "\nUser:       \t", each.user, '@',
                   each.domain, "\nContact:    \t<", printable(each.contact), ">\nAgent:      \t",
                   printable(each.user_agent), "\nStatus:     \tRegistered(",
                   each.transport == "tls"   ? "TLS"
                   : each.transport == "tcp" ? "TCP"
                                             : "UDP",
                   ") EXP(", stamp(each.expires), ") EXPSECS(", left < 0 ? 0 : left, ')',
                   lost ? " UNREACHABLE: its connection is gone" : "", "\nIP:         \t",
                   where ? where->ip.to_string() : each.source, "\nPort:       \t",
                   where ? static_cast<unsigned>(where->port) : 0U, "\nAuth-User:  \t",
                   each.authenticated_as, "\nAuth-Realm: \t", each.domain, "\n\n");
    }
    return out + cat("Total items returned: ", all.size(), '\n', rule());
}

std::string gateway_table(const service& of) {
    std::string out = cat(right("Profile::Gateway-Name", 25), '\t', right("Data", 40), '\t',
                          "State\tPing\tIB Calls(F/T)\tOB Calls(F/T)\n", rule(), '\n');
    std::size_t count = 0;
    for (const auto& each : of.profiles())
        for (const auto& gateway : each->gateways()) {
            ++count;
            out += cat(right(cat(each->settings().name, "::", gateway.settings.name), 25), '\t',
                       right(cat("sip:", gateway.settings.username, '@',
                                 gateway.settings.realm.empty() ? gateway.settings.proxy
                                                                : gateway.settings.realm),
                             40),
                       '\t', to_string(gateway.state), '\t',
                       gateway.ping_state.empty() ? "-" : gateway.ping_state, "\t0/",
                       gateway.calls_in, '\t', gateway.failed_calls_out, '/', gateway.calls_out,
                       gateway.reason.empty() ? "" : cat('\t', gateway.reason), '\n');
        }
    return out + cat(rule(), '\n', count, " gateway", count == 1 ? "" : "s");
}

std::string gateway_page(const service& of, std::string_view name) {
    for (const auto& each : of.profiles())
        for (const auto& gateway : each->gateways()) {
            const auto& settings = gateway.settings;
            if (settings.name != name && cat(each->settings().name, "::", settings.name) != name)
                continue;
            std::string out = rule() + '\n';
            out += field("Name", settings.name);
            out += field("Profile", each->settings().name);
            out += field("Scheme", "Digest");
            out += field("Realm", settings.realm);
            out += field("Username", settings.username);
            out += field("Password", settings.password.empty() ? "no" : "yes");
            out += field("From", cat("<sip:", settings.from_user, '@', settings.from_domain, '>'));
            out += field("Exten", settings.extension);
            out += field("To", cat("sip:", settings.username, '@', settings.realm));
            out += field("Proxy", settings.proxy);
            out += field("Transport", to_string(settings.transport));
            out += field("Context", settings.context);
            out += field("Expires", cat(settings.expire_seconds));
            out += field("State", to_string(gateway.state));
            if (!gateway.reason.empty()) out += field("Reason", gateway.reason);
            if (!gateway.ping_state.empty()) out += field("Status", gateway.ping_state);
            out += field("CallsIN", cat(gateway.calls_in));
            out += field("CallsOUT", cat(gateway.calls_out));
            out += field("FailedCallsOUT", cat(gateway.failed_calls_out));
            return out + rule();
        }
    return {};
}

}  // namespace strowger::sofia
