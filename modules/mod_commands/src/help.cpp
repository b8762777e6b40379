#include "commands.hpp"
#include "screen.hpp"
#include "syntax.hpp"
#include "table.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::commands {

namespace {

std::string_view capability_words(capability what) {
    switch (what) {
        case capability::read:
            return "Only reads; allowed inside ${}.";
        case capability::change:
            return "Changes something; not allowed inside ${}.";
        case capability::spawn:
            break;
    }
    return "Runs something else, which may change anything; not allowed inside ${}.";
}

command_reply explain(context& core, const std::string& name) {
    auto found = core.registry().find_command(name);
    if (!found) {
        auto near = nearest(name, core.registry().names("command"));
        return command_error(cat("There is no command '", name, "'.",
                                 near.empty() ? "" : cat(" Did you mean '", near, "'?")));
    }
    std::string problem;
    auto rules = syntax::parse(found->syntax, problem);
    auto may = found->what == capability::read && !found->answer
                   ? "Only reads, but has to wait; not allowed inside ${}."
                   : capability_words(found->what);
    return {true, cat(rules ? rules->usage(found->name) : cat(found->name, ' ', found->syntax),
                      "\n  ", found->help, "\n  ", may,
                      rules ? "" : cat("\n  Its words are not checked: ", problem, '.'))};
}

command_reply list(context& core) {
    table all{{"command", "arguments", "what it does"}, {}, "command"};
    all.least = {{"command", 20}, {"arguments", 16}, {"what it does", 24}};
    for (const auto& each : core.registry().names("command"))
        if (auto found = core.registry().find_command(each))
            all.rows.push_back({found->name, found->syntax, found->help});
    std::ranges::sort(all.rows);
    return {true, as_text(all, screen_width())};
}

}  // namespace

std::vector<command> help_commands(context& core) {
    std::vector<command> made(1);
    made[0] = {.name = "help",
               .syntax = "[<command>]",
               .help = "Lists the commands, or explains one.",
               .answer =
                   [&core](const command_request& request) {
                       return request.args.empty() ? list(core) : explain(core, request.args);
                   },
               .complete =
                   [&core](std::string_view args) {
                       return args.empty() ? core.registry().names("command")
                                           : std::vector<std::string>{};
                   }};
    return made;
}

}  // namespace strowger::commands
