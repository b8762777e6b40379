#include "commands.hpp"
#include "regex.hpp"
#include "screen.hpp"

#include <strowger/text.hpp>

namespace strowger::commands {

namespace {

command_reply expand(context& core, const command_request& request) {
    return {true, request.on ? request.on->expand(request.args)
                             : core.calls().expand(request.args, nullptr)};
}

}  // namespace

std::vector<command> text_commands(context& core) {
    std::vector<command> made(4);
    made[0] = {.name = "regex",
               .syntax = "<data|pattern[|substitution[|flags]]...>",
               .help = "Matches a text: true or false, or the substitution (%1, $1).",
               .answer = [](const command_request& request) { return run_regex(request.args); }};
    made[1] = {.name = "eval",
               .syntax = "<text...>",
               .help = "Prints a text after its ${} was expanded.",
               .answer = [&core](const command_request& request) { return expand(core, request); }};
    made[2] = {.name = "expand",
               .what = capability::spawn,
               .syntax = "<command line...>",
               .help = "Expands a command line, then runs it.",
               .run = [&core](command_request request) -> task<command_reply> {
                   return run_line(core, core.calls().expand(request.args, nullptr),
                                   screen_width());
               }};
    made[3] = {.name = "global_getvar",
               .syntax = "[<name>]",
               .help = "Prints a global variable, or the names of all.",
               .answer = [&core](const command_request& request) -> command_reply {
                   if (!request.args.empty()) return {true, core.config().global(request.args)};
                   std::string names;  // names only: a value may be a secret
                   for (const auto& [name, value] : core.config().globals()) names += name + '\n';
                   return {true, names};
               }};
    return made;
}

}  // namespace strowger::commands
