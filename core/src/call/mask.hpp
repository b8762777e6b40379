// Text made fit for logs and facts: no digits. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace strowger {

// As many asterisks as there are characters.
std::string asterisks(std::string_view text);

}  // namespace strowger
