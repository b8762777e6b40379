// The interactive prompt: history, and completion that asks the running PBX.
#pragma once

#include "connection.hpp"

// Reads lines until the end of input, "exit" or "quit". Gives the program's exit status.
int run_prompt(connection& pbx, const std::string& name);
