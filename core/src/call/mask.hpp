// Text made fit for logs and facts: no keys, no digits, no control characters. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace strowger {

// Every SDES key becomes "inline:***" (RFC 4568, 9.1: the key is what follows "inline:").
std::string mask_keys(std::string_view text);
// Control characters become '?': outsiders choose caller ids, and a log is read line by line.
std::string printable(std::string_view text);
// As many asterisks as there are characters.
std::string asterisks(std::string_view text);

}  // namespace strowger
