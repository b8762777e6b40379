#include "call/mask.hpp"

namespace strowger {

std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return out;
}

std::string asterisks(std::string_view text) { return std::string(text.size(), '*'); }

}  // namespace strowger
