// Asterisk's number patterns, which FreeSWITCH reads too.
#pragma once

#include <string>
#include <string_view>

namespace strowger::dialplan_xml {

// "9XXX." (without the leading "_") as a regular expression. X: 0-9, Z: 1-9, N: 2-9, "." one or
// more characters, "!" any number; [1-5] stays.
inline std::string from_asterisk(std::string_view text) {
    std::string out = "^";
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at];
        if (c == 'X' || c == 'x') {
            out += "[0-9]";
        } else if (c == 'Z' || c == 'z') {
            out += "[1-9]";
        } else if (c == 'N' || c == 'n') {
            out += "[2-9]";
        } else if (c == '.') {
            out += ".+";
        } else if (c == '!') {
            out += ".*";
        } else if (c == '[') {
            auto close = text.find(']', at);
            if (close == text.npos) close = text.size() - 1;
            out.append(text.substr(at, close - at + 1));
            at = close;
        } else {
            if (std::string_view("+*?(){}^$|\\").find(c) != std::string_view::npos) out += '\\';
            out += c;
        }
    }
    return out + '$';
}

}  // namespace strowger::dialplan_xml
