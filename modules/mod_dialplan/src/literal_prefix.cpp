#include "literal_prefix.hpp"

namespace strowger::dialplan_xml {

namespace {

constexpr auto npos = std::string_view::npos;

bool makes_optional(std::string_view pattern, std::size_t at) {
    return at < pattern.size() && (pattern[at] == '?' || pattern[at] == '*' || pattern[at] == '{');
}

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The bracket that closes the class at `open`; npos when it holds a [:name:].
std::size_t class_end(std::string_view pattern, std::size_t open) {
    auto at = open + 1;
    if (at < pattern.size() && pattern[at] == '^') ++at;
    if (at < pattern.size() && pattern[at] == ']') ++at;  // the first one stands for itself
    for (; at < pattern.size() && pattern[at] != ']'; ++at) {
        if (pattern[at] == '\\')
            ++at;
        else if (pattern[at] == '[')
            return npos;
    }
    return at < pattern.size() ? at : npos;
}

// The parenthesis that closes the group at `open`; npos when a class makes that hard to say.
std::size_t group_end(std::string_view pattern, std::size_t open) {
    int depth = 0;
    for (auto at = open; at < pattern.size(); ++at) {
        char c = pattern[at];
        if (c == '\\') ++at;
        if (c == '[') {
            at = class_end(pattern, at);
            if (at == npos) return npos;
        }
        if (c == '(') ++depth;
        if (c == ')' && --depth == 0) return at;
    }
    return npos;
}

}  // namespace

literal_start literal_prefix(std::string_view pattern) {
    literal_start start;
    // Alternatives, inline flags, verbs and quoted runs may change what stands before them.
    if (!pattern.starts_with('^') || pattern.find('|') != npos || pattern.find("(?") != npos ||
        pattern.find("(*") != npos || pattern.find("\\Q") != npos)
        return start;
    bool grouped = false;
    for (std::size_t at = 1; at < pattern.size(); ++at) {
        char c = pattern[at];
        if (c == '$' && at + 1 == pattern.size()) {
            start.whole = !grouped;
            return start;
        }
        if (c == '(') {
            auto end = group_end(pattern, at);
            if (end == npos || makes_optional(pattern, end + 1)) return start;
            grouped = true;
            continue;
        }
        if (c == ')') continue;  // of a group that was looked at above
        if (c == '\\') {
            if (at + 1 >= pattern.size() || is_letter_or_digit(pattern[at + 1])) return start;
            c = pattern[++at];  // an escaped sign stands for itself
        } else if (std::string_view("^$.[*+?{").find(c) != npos) {
            return start;
        }
        if (makes_optional(pattern, at + 1)) return start;
        start.text += c;
        if (at + 1 < pattern.size() && pattern[at + 1] == '+') return start;
    }
    return start;
}

}  // namespace strowger::dialplan_xml
