#include "commands.hpp"

#include <strowger/modules.hpp>

namespace strowger::commands {

std::vector<command> power_commands(context& core) {
    std::vector<command> made(1);
    made[0] = {.name = "shutdown",
               .what = capability::change,
               .help = "Ends all calls and modules in order, and the program.",
               .answer = [&core](const command_request&) -> command_reply {
                   core.modules().shutdown();
                   return {true, "+OK shutting down"};
               }};
    return made;
}

}  // namespace strowger::commands
