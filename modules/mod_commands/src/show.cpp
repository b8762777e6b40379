#include "commands.hpp"
#include "screen.hpp"
#include "table.hpp"

#include <strowger/modules.hpp>
#include <strowger/registration_store.hpp>
#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::commands {

namespace {

std::string seconds_until(context& core, wall_time when) {
    return cat(
        std::chrono::duration_cast<std::chrono::seconds>(when - core.clock().wall()).count());
}

// "tls, verified as pbx.example.com", "udp, digest 1000", "tls, nobody checked: …"
std::string signalling_words(const leg_facts& facts) {
    switch (facts.peer) {
        case authentication::certificate:
            return cat(facts.transport, ", certificate ", facts.peer_name);
        case authentication::digest:
            return cat(facts.transport, ", digest ", facts.peer_name);
        case authentication::none:
            break;
    }
    return facts.peer_problem.empty() ? facts.transport
                                      : cat(facts.transport, ", ", facts.peer_problem);
}

std::string media_words(const media_status& media) {
    if (!media.negotiated) return "none yet";
    return media.keying.empty() ? media.protocol : cat(media.protocol, " ", media.keying);
}

std::vector<std::string> leg_cells(channel& leg) {
    media_status media;
    if (auto* session = leg.media()) media = session->status();
    auto verdict = leg.verdict();
    return {leg.id(),
            leg.way() == direction::inbound ? "inbound" : "outbound",
            leg.caller().chan_name,
            std::string(to_string(leg.state())),
            signalling_words(leg.facts()),
            media_words(media),
            media.suite.empty() ? "-" : media.suite,
            std::string(to_string(verdict.word)),
            verdict.reason};
}

// One line a leg; the call's own word, that of its worst leg, stands with both.
table calls_table(context& core) {
    table out{{"call", "leg", "uuid", "direction", "name", "state", "signalling", "media", "suite",
               "privacy", "reason", "call_privacy"},
              {},
              "leg"};
    // Why a leg is exposed matters more than how; Tab completes a uuid from its beginning.
    out.cut_first = {"uuid"};
    out.least = {{"uuid", 9},   {"name", 12},  {"signalling", 12},
                 {"media", 13}, {"suite", 13}, {"reason", 36}};
    out.spare = {"direction", "call_privacy", "suite", "media", "leg",
                 "state",     "signalling",   "name",  "call"};
    std::size_t number = 0;
    for (const auto& call : core.calls().table()) {
        ++number;
        for (const auto& leg : {call.a, call.b}) {
            if (!leg) continue;
            auto cells = leg_cells(*leg);
            cells.insert(cells.begin(), {cat(number), leg == call.a ? "a" : "b"});
            cells.emplace_back(to_string(call.verdict.word));
            out.rows.push_back(std::move(cells));
        }
    }
    return out;
}

table channels_table(context& core) {
    table out{
        {"uuid", "direction", "created", "name", "state", "cid_name", "cid_num", "ip_addr", "dest",
         "application", "application_data", "dialplan", "context", "codec", "bridged_to"},
        {},
        "channel"};
    out.cut_first = {"uuid", "bridged_to"};
    out.least = {{"uuid", 9}, {"name", 12}, {"bridged_to", 9}};
    out.spare = {"created", "context",  "dialplan",  "bridged_to", "application_data",
                 "ip_addr", "cid_name", "direction", "codec",      "cid_num"};
    for (const auto& each : core.calls().all()) {
        const auto& caller = each->caller();
        media_status media;
        if (auto* session = each->media()) media = session->status();
        auto created = std::chrono::duration_cast<std::chrono::seconds>(
            each->times().created.time_since_epoch());
        auto peer = each->peer();
        out.rows.push_back({each->id(), each->way() == direction::inbound ? "inbound" : "outbound",
                            cat(created.count()), caller.chan_name,
                            std::string(to_string(each->state())), caller.caller_id_name,
                            caller.caller_id_number, caller.network_addr, caller.destination_number,
                            std::string(each->application()), std::string(each->application_data()),
                            caller.dialplan, caller.context, media.codec, peer ? peer->id() : ""});
    }
    return out;
}

table registrations_table(context& core) {
    table out{{"reg_user", "realm", "contact", "transport", "encrypted", "source", "expires",
               "user_agent", "authenticated_as", "profile"},
              {},
              "registration"};
    out.least = {{"contact", 24}, {"source", 16}};
    out.spare = {"profile", "authenticated_as", "user_agent", "source", "realm"};
    auto store = core.registry().find<registration_store>("registration_store/1");
    if (!store) return out;
    store->each([&](const binding& each) {
        out.rows.push_back({each.user, each.domain, each.contact, each.transport,
                            each.encrypted() ? "yes" : "no", each.source,
                            seconds_until(core, each.expires), each.user_agent,
                            each.authenticated_as, each.profile});
    });
    std::ranges::sort(out.rows);
    return out;
}

table modules_table(context& core) {
    table out{{"module", "version", "state", "generation", "uses", "needs", "file"}, {}, "module"};
    out.cut_first = {"file"};
    out.least = {{"module", 20}, {"state", 40}, {"file", 16}};  // a quarantine's reason is a state
    out.spare = {"file", "needs", "version"};
    for (const auto& each : core.modules().list()) {
        std::string needs;
        for (const auto& need : each.needs) needs += (needs.empty() ? "" : " ") + need;
        out.rows.push_back({each.name, each.version, each.state, cat(each.generation),
                            cat(each.uses), needs.empty() ? "-" : needs, each.file});
    }
    return out;
}

table names_table(context& core, std::string_view kind) {
    table out{{std::string(kind), "arguments", "what it does", "module"}, {}, std::string(kind)};
    out.least = {{kind, 20}, {"arguments", 16}, {"what it does", 24}, {"module", 12}};
    out.spare = {"module"};
    for (const auto& each : core.registry().names()) {
        if (each.kind != kind) continue;
        std::string syntax, help;
        if (kind == "application") {
            if (auto found = core.registry().find_application(each.name)) {
                syntax = found->syntax;
                help = found->help;
            }
        } else if (auto found = core.registry().find_command(each.name)) {
            syntax = found->syntax;
            help = found->help;
        }
        out.rows.push_back({each.name, syntax, help, each.module});
    }
    std::ranges::sort(out.rows);
    return out;
}

table interfaces_table(context& core) {
    table out{{"interface", "module"}, {}, "interface"};
    for (const auto& each : core.registry().names())
        if (each.kind == "interface") out.rows.push_back({each.name, each.module});
    return out;
}

command_reply show(context& core, std::string_view args) {
    auto end = std::min(args.find_first_of(" \t"), args.size());
    auto what = args.substr(0, end);
    auto form = trim(args.substr(end));
    table found;
    if (iequals(what, "modules"))
        found = modules_table(core);
    else if (iequals(what, "channels"))
        found = channels_table(core);
    else if (iequals(what, "calls"))
        found = calls_table(core);
    else if (iequals(what, "registrations"))
        found = registrations_table(core);
    else if (iequals(what, "applications"))
        found = names_table(core, "application");
    else if (iequals(what, "commands"))
        found = names_table(core, "command");
    else if (iequals(what, "interfaces"))
        found = interfaces_table(core);
    else
        return command_error(cat("show: '", what,
                                 "' is none of modules, channels, calls, registrations, ",
                                 "applications, commands, interfaces."));
    if (iequals(form.substr(0, 5), "count")) {
        // Of calls, not of their legs.
        auto count = iequals(what, "calls") ? core.calls().table().size() : found.rows.size();
        if (iequals(trim(form.substr(5)), "as json"))
            return {true, cat("{\"row_count\":", count, '}')};
        return {true, cat(count, " total.")};
    }
    command_reply reply;
    if (!render(found, form, screen_width(), reply.text))
        return command_error(
            cat("show: '", form, "' is no form: 'count', 'as json' or 'as delimited <text>'."));
    return reply;
}

}  // namespace

std::vector<command> show_commands(context& core) {
    std::vector<command> made(1);
    made[0] = {
        .name = "show",
        .syntax =
            "modules|channels|calls|registrations|applications|commands|interfaces "
            "[count] [as json | as delimited [<text...>]]",
        .help = "Lists what there is; calls: for each leg how private it is, and why.",
        .answer = [&core](const command_request& request) { return show(core, request.args); }};
    return made;
}

}  // namespace strowger::commands
