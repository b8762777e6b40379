// What can be wrong with switch.conf, whose params belong to several parts: names and values are
// looked at once, here, before a tree is taken.
#pragma once

#include <strowger/config.hpp>

namespace strowger {

void check_switch(const config_snapshot& tree, problems& found);

}  // namespace strowger
