// What can be wrong with the directory, said before a tree is taken.
#pragma once

#include <strowger/config.hpp>

namespace strowger {

// `section` may be nullptr. Once over all users.
void check_directory(const config_node* section, problems& found);

}  // namespace strowger
