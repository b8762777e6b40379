// Text made fit for logs and facts: no digits, no control characters. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace strowger {

// Control characters become '?': outsiders choose caller ids, and a log is read line by line.
std::string printable(std::string_view text);
// As many asterisks as there are characters.
std::string asterisks(std::string_view text);

}  // namespace strowger
