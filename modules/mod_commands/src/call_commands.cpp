#include "commands.hpp"
#include "table.hpp"

#include <strowger/mask.hpp>
#include <strowger/text.hpp>

namespace strowger::commands {

namespace {

std::string no_such_channel(std::string_view id) { return cat("There is no channel '", id, "'."); }

command_reply uuid_kill(context& core, std::string_view args) {
    auto words = split_words(args);
    if (words.empty() || words.size() > 2)
        return command_error("uuid_kill: expected <uuid> [<cause>].");
    auto cause = hangup_cause::normal_clearing;
    if (words.size() == 2) {
        auto parsed = parse_hangup_cause(words[1]);
        if (!parsed)
            return command_error(
                cat("'", words[1], "' is no hangup cause, as NORMAL_CLEARING or 16."));
        cause = *parsed;
    }
    auto found = core.calls().find(words[0]);
    if (!found) return command_error(no_such_channel(words[0]));
    found->hangup(cause, "killed by command");
    return {true, "+OK"};
}

command_reply uuid_dump(context& core, std::string_view id) {
    auto found = core.calls().find(id);
    if (!found)
        return command_error(id.empty() ? "uuid_dump: expected <uuid>." : no_such_channel(id));
    struct lines final : field_sink {
        std::string text;
        void field(std::string_view name, std::string_view value) override {
            text += cat(name, ": ", printable(mask_keys(std::string(value))), '\n');
        }
    } out;
    const auto& caller = found->caller();
    out.field("Unique-ID", found->id());
    out.field("Call-Direction", found->way() == direction::inbound ? "inbound" : "outbound");
    out.field("Channel-State", to_string(found->state()));
    out.field("Channel-Name", caller.chan_name);
    out.field("Caller-Caller-ID-Name", caller.caller_id_name);
    out.field("Caller-Caller-ID-Number", caller.caller_id_number);
    out.field("Caller-Destination-Number", caller.destination_number);
    out.field("Caller-Context", caller.context);
    out.field("Caller-Network-Addr", caller.network_addr);
    if (auto* session = found->media()) {
        auto media = session->status();
        out.field("Media-Protocol", media.protocol);
        out.field("Media-Keying", media.keying);
        out.field("Media-Suite", media.suite);
        out.field("Media-Codec", media.codec);
        out.field("Media-Local", media.local);
        out.field("Media-Remote", media.remote);
        out.field("Media-Packets-In", cat(media.packets_in));
        out.field("Media-Packets-Out", cat(media.packets_out));
        out.field("Media-Strangers", cat(media.strangers));
        out.field("Media-Unauthentic", cat(media.unauthentic));
        out.field("Media-Not-RTP", cat(media.not_rtp));
    }
    auto facts = found->facts();
    out.field("Signalling-Transport", facts.transport);
    out.field("Signalling-Encrypted", facts.signalling_encrypted ? "true" : "false");
    auto verdict = found->verdict();
    out.field("Privacy", to_string(verdict.word));
    out.field("Privacy-Reason", verdict.reason);
    for (const auto& [name, value] : found->vars())
        out.field(cat("variable_", name), found->shown(name, value));
    out.text.pop_back();
    return {true, std::move(out.text)};
}

command_reply uuid_transfer(context& core, std::string_view args) {
    auto words = split_words(args);
    bool other_leg = words.size() > 1 && (words[1] == "-bleg" || words[1] == "-both");
    bool both = other_leg && words[1] == "-both";
    if (other_leg) words.erase(words.begin() + 1);
    if (words.size() < 2 || words.size() > 4)
        return command_error(
            "uuid_transfer: expected <uuid> [-bleg|-both] <destination> [<dialplan> [<context>]].");
    auto found = core.calls().find(words[0]);
    if (!found) return command_error(no_such_channel(words[0]));
    std::vector<channel_ptr> whom;
    if (!other_leg || both) whom.push_back(found);
    if (other_leg) {
        if (!found->peer()) return command_error(cat("Channel ", words[0], " is not bridged."));
        whom.push_back(found->peer());
    }
    for (const auto& each : whom)
        each->transfer(words[1], words.size() > 2 ? words[2] : each->caller().dialplan,
                       words.size() > 3 ? words[3] : each->caller().context);
    return {true, "+OK"};
}

command_reply hupall(context& core, std::string_view args) {
    auto words = split_words(args);
    auto cause = hangup_cause::manager_request;
    if (!words.empty()) {
        auto parsed = parse_hangup_cause(words[0]);
        if (!parsed) return command_error(cat("'", words[0], "' is no hangup cause."));
        cause = *parsed;
    }
    if (words.size() == 2 || words.size() > 3)
        return command_error("hupall: expected [<cause> [<variable> <value>]].");
    auto count = words.size() == 3 ? core.calls().hangup_all(cause, words[1], words[2])
                                   : core.calls().hangup_all(cause);
    return {true, cat("+OK ", count, " channel(s) hung up")};
}

task<command_reply> originate(context& core, command_request request) {
    auto words = split_words(request.args);
    if (words.size() < 2 || words.size() > 7)
        co_return command_error(
            "originate: expected <dial string> <extension|&application(data)> "
            "[<dialplan>] [<context>] [<cid name>] [<cid number>] [<timeout seconds>].");
    originate_options options;
    if (words.size() > 4) options.caller.caller_id_name = words[4];
    if (words.size() > 5) options.caller.caller_id_number = words[5];
    long seconds_given = 60;
    if (words.size() > 6 &&
        (!parse_number(words[6], seconds_given) || seconds_given < 1 || seconds_given > 86'400))
        co_return command_error(
            cat("originate: '", words[6], "' is no timeout in seconds (1 to 86400)."));
    options.timeout = std::chrono::seconds(seconds_given);
    std::string target = words[1];
    std::string dial_string = core.calls().expand(words[0], nullptr);
    auto outcome = co_await core.calls().originate(std::move(dial_string), std::move(options));
    if (!outcome) {
        auto failure = outcome.error();
        std::string why(to_string(failure.cause));
        if (!failure.text.empty()) why += " (" + failure.text + ")";
        co_return command_error(why);
    }
    channel_ptr who = *outcome;
    if (target.starts_with('&')) {
        auto open = target.find('(');
        std::string name = target.substr(1, open == target.npos ? open : open - 1);
        std::string data;
        if (open != target.npos) data = target.substr(open + 1, target.rfind(')') - open - 1);
        core.calls().execute(who, name, data);
    } else {
        core.calls().route(who, target, words.size() > 2 ? words[2] : "XML",
                           words.size() > 3 ? words[3] : "default");
    }
    co_return command_reply{true, cat("+OK ", who->id())};
}

std::vector<std::string> channel_ids(context& core) {
    std::vector<std::string> ids;
    for (const auto& each : core.calls().all()) ids.push_back(each->id());
    return ids;
}

}  // namespace

std::vector<command> call_commands(context& core) {
    auto complete = [&core](std::string_view args) {
        return args.empty() ? channel_ids(core) : std::vector<std::string>{};
    };
    std::vector<command> made(5);
    made[0] = {
        .name = "uuid_kill",
        .what = capability::change,
        .syntax = "<uuid> [<cause>]",
        .help = "Hangs a channel up.",
        .answer = [&core](const command_request& request) { return uuid_kill(core, request.args); },
        .complete = complete};
    made[1] = {
        .name = "uuid_dump",
        .syntax = "<uuid>",
        .help = "Prints all that is known of a channel.",
        .answer = [&core](const command_request& request) { return uuid_dump(core, request.args); },
        .complete = complete};
    made[2] = {
        .name = "uuid_transfer",
        .what = capability::change,
        .syntax = "<uuid> [-bleg|-both] <destination> [<dialplan> [<context>]]",
        .help = "Routes a channel anew; -bleg: the one it is bridged with, -both: both of them.",
        .answer =
            [&core](const command_request& request) { return uuid_transfer(core, request.args); },
        .complete =
            [&core](std::string_view args) {
                if (args.empty()) return channel_ids(core);
                if (split_words(args).size() > 1) return std::vector<std::string>{};
                return std::vector<std::string>{"-bleg", "-both"};
            }};
    made[3] = {
        .name = "hupall",
        .what = capability::change,
        .syntax = "[<cause> [<variable> <value>]]",
        .help = "Hangs up all channels, or those with a variable of that value.",
        .answer = [&core](const command_request& request) { return hupall(core, request.args); }};
    made[4] = {
        .name = "originate",
        .what = capability::change,
        .syntax =
            "<dial string> <extension|&application(data)> [<dialplan>] [<context>] "
            "[<cid name>] [<cid number>] [<timeout seconds 1..86400>]",
        .help = "Calls somebody and runs them through the dialplan or an application.",
        .run = [&core](command_request request) { return originate(core, std::move(request)); }};
    return made;
}

}  // namespace strowger::commands
