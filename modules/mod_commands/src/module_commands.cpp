#include "commands.hpp"

#include <strowger/modules.hpp>
#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::commands {

namespace {

constexpr std::chrono::milliseconds patience{3000};

command_reply reply_of(const result<void>& outcome, std::string_view done) {
    if (outcome) return {true, cat("+OK ", done)};
    return command_error(outcome.error().text);
}

task<command_reply> load(context& core, command_request request) {
    auto words = split_words(request.args);
    if (words.empty()) co_return command_error("load: which module? (load mod_example)");
    std::string name = words[0];
    auto outcome = co_await core.modules().load(name);
    co_return reply_of(outcome, cat(name, " is loaded"));
}

// The words of "[-f] [-w SECONDS] NAME".
struct unload_words {
    std::string name;
    bool force = false;
    std::chrono::milliseconds wait = patience;
    std::string problem;
};

unload_words parse_unload(std::string_view args) {
    unload_words out;
    auto words = split_words(args);
    for (std::size_t i = 0; i < words.size(); ++i) {
        long seconds_given = 0;
        if (words[i] == "-f") {
            out.force = true;
        } else if (words[i] == "-w") {
            if (++i == words.size() || !parse_number(words[i], seconds_given) ||
                seconds_given < 0 || seconds_given > 86'400)
                out.problem = "-w needs a number of seconds, 0 to 86400";
            else
                out.wait = std::chrono::seconds(seconds_given);
        } else if (out.name.empty()) {
            out.name = words[i];
        } else {
            out.problem = cat("'", words[i], "' is one word too many");
        }
    }
    if (out.problem.empty() && out.name.empty()) out.problem = "which module?";
    return out;
}

task<command_reply> unload(context& core, command_request request) {
    auto words = parse_unload(request.args);
    if (!words.problem.empty()) co_return command_error("unload: " + words.problem);
    auto outcome = co_await core.modules().unload(words.name, words.force, words.wait);
    co_return reply_of(outcome, cat(words.name, " is unloaded"));
}

task<command_reply> reload(context& core, command_request request) {
    auto words = parse_unload(request.args);
    if (!words.problem.empty()) co_return command_error("reload: " + words.problem);
    auto outcome = co_await core.modules().reload(words.name, words.force, words.wait);
    co_return reply_of(outcome, cat(words.name, " is reloaded"));
}

command_reply reloadxml(context& core) {
    problems found;
    auto outcome = core.config().reload(found);
    std::string text;
    for (const auto& each : found)
        if (each.level != severity::notice) text += to_string(each) + '\n';
    if (!outcome) return command_error(text + outcome.error().text);
    return {true, text + "+OK the configuration was read anew"};
}

// The modules' names, where one may follow `args` in "[options] NAME".
std::vector<std::string> next_name(context& core, std::string_view args) {
    auto given = split_words(args);
    bool number_due = !given.empty() && given.back() == "-w";
    std::vector<std::string> names;
    if (number_due || !parse_unload(args).name.empty()) return names;
    for (const auto& each : core.modules().list())
        if (std::ranges::find(names, each.name) == names.end()) names.push_back(each.name);
    return names;
}

}  // namespace

std::vector<command> module_commands(context& core) {
    auto complete = [&core](std::string_view args) { return next_name(core, args); };
    std::vector<command> made(4);
    made[0] = {.name = "load",
               .what = capability::change,
               .syntax = "<module or path>",
               .help =
                   "Loads a module from the module directory, or a file where modules.conf allows "
                   "paths.",
               .run = [&core](command_request request) { return load(core, std::move(request)); }};
    made[1] = {
        .name = "unload",
        .what = capability::change,
        .syntax = "[-f] [-w <seconds 0..86400>] <module>",
        .help =
            "Unloads a module. A busy one is refused: -w waits for it longer, -f hangs up every "
            "call of the PBX first.",
        .run = [&core](command_request request) { return unload(core, std::move(request)); },
        .complete = complete};
    made[2] = {
        .name = "reload",
        .what = capability::change,
        .syntax = "[-f] [-w <seconds 0..86400>] <module>",
        .help =
            "Loads a module's file anew; calls in progress end on the old one. An exclusive module "
            "ends first: -w waits for it longer, -f hangs up every call of the PBX first.",
        .run = [&core](command_request request) { return reload(core, std::move(request)); },
        .complete = complete};
    made[3] = {.name = "reloadxml",
               .what = capability::change,
               .help = "Reads the configuration anew; with an error in it nothing changes.",
               .answer = [&core](const command_request&) { return reloadxml(core); }};
    made.push_back(module_command(core));
    return made;
}

}  // namespace strowger::commands
