#include "expand/brace_pairs.hpp"

namespace strowger {

brace_pairs::brace_pairs(std::string_view text) : close_(text.size(), none) {
    if (text.size() >= none) return;  // nothing that long is program text
    std::vector<std::uint32_t> open;
    for (std::uint32_t at = 0; at < text.size(); ++at) {
        if (text[at] == '{') {
            open.push_back(at);
        } else if (text[at] == '}' && !open.empty()) {
            close_[open.back()] = at;
            open.pop_back();
        }
    }
}

}  // namespace strowger
