#include "substitute.hpp"

namespace strowger::dialplan_xml {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_escaped(std::string& out, std::string_view caught) {
    for (char c : caught) {
        if (c == '$') out += '\\';
        out += c;
    }
}

}  // namespace

std::string substitute(std::string_view data, const captures& caught) {
    std::string out;
    out.reserve(data.size() + 16);
    for (std::size_t at = 0; at < data.size(); ++at) {
        char c = data[at];
        if (c == '\\' && at + 1 < data.size() && data[at + 1] == '$') {
            out += "\\$";
            ++at;
            continue;
        }
        if (c != '$' || at + 1 >= data.size() || !is_digit(data[at + 1])) {
            // "$$1": a capture that begins with "{" must find no "$" before it.
            bool before_capture =
                c == '$' && at + 2 < data.size() && data[at + 1] == '$' && is_digit(data[at + 2]);
            if (before_capture) out += '\\';
            out += c;
            continue;
        }
        std::size_t number = 0;
        while (at + 1 < data.size() && is_digit(data[at + 1])) {
            ++at;
            if (number < 1000) number = number * 10 + static_cast<std::size_t>(data[at] - '0');
        }
        if (number < caught.size()) append_escaped(out, caught[number]);
    }
    return out;
}

}  // namespace strowger::dialplan_xml
