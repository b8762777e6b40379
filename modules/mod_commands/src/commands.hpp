// The commands of this module, one group a file. Each file makes its own.
#pragma once

#include <strowger/command.hpp>
#include <strowger/context.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace strowger::commands {

std::vector<command> status_commands(context& core);  // status, version, uptime
std::vector<command> help_commands(context& core);    // help
std::vector<command> show_commands(context& core);    // show …
std::vector<command> text_commands(context& core);    // regex, eval, expand, global_getvar
std::vector<command> module_commands(context& core);  // load, unload, reload, module, reloadxml
std::vector<command> call_commands(context& core);    // uuid_*, hupall, originate
std::vector<command> power_commands(context& core);   // shutdown

// `module`: what is known of one. Part of module_commands.
command module_command(context& core);

// Runs one line, as typed: "name args". An unknown name names the nearest one; words that do not
// fit the command's syntax are refused with what was expected. `width`: of the terminal that the
// answer goes to, 0 for none. Throws operation_aborted when this coroutine was cancelled, and
// nothing else.
task<command_reply> run_line(context& core, std::string line, std::size_t width = 0);
// What the last word of `line` may become: whole words that begin as it does. (After a blank it has
// not begun, and any word may come.) They come from the command's syntax and from its complete(),
// which is given the words before that one, and need not look at how it begins.
std::vector<std::string> complete_line(context& core, std::string_view line);

// Splits at blanks; quotes '…' and {…}, […], (…) keep what is inside together.
std::vector<std::string> split_words(std::string_view text);

}  // namespace strowger::commands
