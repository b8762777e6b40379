#include "call/mask.hpp"

namespace strowger {

std::string asterisks(std::string_view text) { return std::string(text.size(), '*'); }

}  // namespace strowger
