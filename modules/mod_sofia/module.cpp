#include "profile/sofia_module.hpp"

STROWGER_MODULE(strowger::sofia::sofia_module)
