// The regex command, with FreeSWITCH's exact meaning: data|pattern[|substitution[|flags]].
#pragma once

#include <strowger/command.hpp>

#include <string_view>

namespace strowger::commands {

// Two parts: "true" or "false". Three or more: on a match the substitution (%1, $1, ${1}, $0), else
// the data; flags: n gives an empty text instead, b gives "false". m:<c>…<c>… chooses another
// separator out of | ~ /. A pattern /…/is carries options; one that starts with _ is an Asterisk
// pattern (_9XXX).
command_reply run_regex(std::string_view args);

}  // namespace strowger::commands
