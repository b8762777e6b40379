#include "call/mask.hpp"

namespace strowger {

std::string mask_keys(std::string_view text) {
    constexpr std::string_view mark = "inline:";
    auto at = text.find(mark);
    if (at == text.npos) return std::string(text);
    std::string out;
    out.reserve(text.size());
    while (at != text.npos) {
        out.append(text.substr(0, at + mark.size())).append("***");
        text.remove_prefix(at + mark.size());
        // The key ends where its parameter does: lifetime and MKI behind '|' are no secret, but a
        // second key after ';' would be, and it has a mark of its own.
        auto end = text.find_first_of("|; \t\r\n,\"'");
        text.remove_prefix(end == text.npos ? text.size() : end);
        at = text.find(mark);
    }
    out.append(text);
    return out;
}

std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return out;
}

std::string asterisks(std::string_view text) { return std::string(text.size(), '*'); }

}  // namespace strowger
