// The interactive prompt: history, and completion that asks the running PBX.
#pragma once

#include "connection.hpp"

// Reads lines until the end of input or a word that ends it (words.hpp). Gives the program's exit
// status; throws when the connection is lost. The history is kept either way.
int run_prompt(connection& pbx, const std::string& name);
