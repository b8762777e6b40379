#include "profile/sofia_module.hpp"

STROWGER_MODULE(strowger::sofia::sofia_module, "mod_sofia", "0.1.0", "", exclusive)
