// The commands of mod_sofia: `sofia …` and `sofia_contact`.
#pragma once

#include "service.hpp"

#include <strowger/registry.hpp>

#include <vector>

namespace strowger::sofia {

// `log_level`: the one in sofia.conf (log_control.hpp). `of` and `core` outlive the tokens.
result<std::vector<token>> add_commands(context& core, service& of, int log_level);

}  // namespace strowger::sofia
