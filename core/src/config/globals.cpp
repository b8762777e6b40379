#include "config/globals.hpp"

#include <utility>

namespace strowger {

std::string replace_globals(std::string text, const global_map& globals,
                            std::vector<std::string>& missing) {
    auto found = text.find("$${");
    if (found == text.npos) return text;
    std::string out;
    std::size_t done = 0;
    for (; found != text.npos; found = text.find("$${", done)) {
        auto close = text.find('}', found);
        if (close == text.npos) break;
        out.append(text, done, found - done);
        auto name = text.substr(found + 3, close - found - 3);
        if (auto value = globals.find(name); value != globals.end())
            out += value->second;
        else
            missing.push_back(std::move(name));
        done = close + 1;
    }
    out.append(text, done);
    return out;
}

}  // namespace strowger
