// The commands of mod_sofia: `sofia …` and `sofia_contact`.
#pragma once

#include "service.hpp"

#include <strowger/registry.hpp>

#include <vector>

namespace strowger::sofia {

// `sofia loglevel` as FreeSWITCH counts it: 0 is quiet, 9 shows all. `of` and `core` outlive the
// tokens.
void set_log_level(context& core, int level);
result<std::vector<token>> add_commands(context& core, service& of, int log_level);

}  // namespace strowger::sofia
