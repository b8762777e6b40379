// What a line at the prompt means before the PBX sees it. Pure.
#pragma once

#include <string>
#include <string_view>

// The command in it: blanks at both ends are dropped.
std::string command_of(std::string_view line);
// Does it end the prompt, as in FreeSWITCH's client? exit, quit, bye, each also as /exit, or "...".
bool is_exit(std::string_view command);
