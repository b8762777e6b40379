// The structure of a reference (is it a command? where do its arguments begin?) is read from the
// text as written, before anything in it is expanded: no value can turn into a program.
#include "expand/brace_pairs.hpp"

#include <strowger/expand.hpp>
#include <strowger/text.hpp>

#include <algorithm>
#include <cstdint>

namespace strowger {

namespace {

constexpr int depth_limit = 100;
constexpr auto npos = std::string_view::npos;

class expander {
public:
    expander(std::string_view whole, const expansion_source& from)
        : whole_(whole), from_(from), pairs_(whole) {}

    std::string run(std::size_t first, std::size_t last, int depth) const;

private:
    // Where the "${" or "$${" at `at` has its brace, or npos when there is none.
    std::size_t reference(std::size_t at, std::size_t last) const noexcept;
    std::string resolve(std::size_t first, std::size_t last, int depth) const;
    std::string call(std::size_t first, std::size_t name_end, std::size_t last, int depth) const;

    std::string_view whole_;
    const expansion_source& from_;
    brace_pairs pairs_;
};

std::size_t expander::reference(std::size_t at, std::size_t last) const noexcept {
    auto brace = at + 1;
    if (brace < last && whole_[brace] == '$') ++brace;  // $${name}: as ${name}
    return brace < last && whole_[brace] == '{' ? brace : npos;
}

std::string expander::run(std::size_t first, std::size_t last, int depth) const {
    std::string out;
    out.reserve(last - first);
    for (auto at = first; at < last; ++at) {
        char c = whole_[at];
        if (c == '\\' && at + 1 < last && whole_[at + 1] == '$') {
            out += '$';
            ++at;
            continue;
        }
        auto brace = c == '$' && depth < depth_limit ? reference(at, last) : npos;
        auto close = brace == npos ? npos : pairs_.closing(brace);
        if (close == npos || close >= last) {
            out += c;
            continue;
        }
        out += resolve(brace + 1, close, depth + 1);
        at = close;
    }
    return out;
}

// FreeSWITCH's ${name:offset:length}: a negative offset counts from the end; one beyond either end
// gives nothing or everything; a length of 0 or less, or too long, means the rest.
std::string cut(std::string value, std::string_view offset_text, std::string_view length_text) {
    std::int64_t offset = 0;
    std::int64_t length = 0;
    parse_number(trim(offset_text), offset);
    parse_number(trim(length_text), length);
    auto size = static_cast<std::int64_t>(value.size());
    if (offset >= 0)
        value.erase(0, static_cast<std::size_t>(std::min(offset, size)));
    else if (offset >= -size)
        value.erase(0, static_cast<std::size_t>(size + offset));
    if (length > 0 && length < static_cast<std::int64_t>(value.size()))
        value.resize(static_cast<std::size_t>(length));
    return value;
}

// ${name[2]}: an element of FreeSWITCH's array text "ARRAY::a|:b|:c".
std::string element(std::string_view value, std::size_t index) {
    constexpr std::string_view mark = "ARRAY::";
    if (!value.starts_with(mark)) return index == 0 ? std::string(value) : std::string();
    value.remove_prefix(mark.size());
    for (; index > 0; --index) {
        auto next = value.find("|:");
        if (next == npos) return {};
        value.remove_prefix(next + 2);
    }
    return std::string(value.substr(0, value.find("|:")));
}

std::string value_of(std::string_view name, const expansion_source& from) {
    if (auto found = from.variable(name)) return std::move(*found);
    auto bracket = name.find('[');
    if (bracket == npos || !name.ends_with(']')) return {};
    std::size_t index = 0;
    if (!parse_number(name.substr(bracket + 1, name.size() - bracket - 2), index)) return {};
    if (index > 10'000) return {};
    auto found = from.variable(name.substr(0, bracket));
    return found ? element(*found, index) : std::string();
}

std::string expander::resolve(std::size_t first, std::size_t last, int depth) const {
    auto skip_reference = [&](std::size_t at) {
        auto brace = whole_[at] == '$' ? reference(at, last) : npos;
        auto close = brace == npos ? npos : pairs_.closing(brace);
        return close == npos || close >= last ? at : close;
    };
    while (first < last && whole_[first] == ' ') ++first;
    while (last > first && whole_[last - 1] == ' ') --last;
    auto at = first;
    for (; at < last; ++at) {
        char c = whole_[at];
        if (c == '(' || c == ' ' || c == ':') break;
        at = skip_reference(at);
    }
    if (at < last && whole_[at] != ':') return call(first, at, last, depth);
    auto name = run(first, at, depth);
    auto value = value_of(trim(name), from_);
    if (at >= last) return value;
    auto range = run(at + 1, last, depth);
    std::string_view offset = range;
    auto colon = offset.find(':');
    return cut(std::move(value), offset.substr(0, colon),
               colon == npos ? std::string_view() : offset.substr(colon + 1));
}

std::string expander::call(std::size_t first, std::size_t name_end, std::size_t last,
                           int depth) const {
    auto args_first = name_end + 1;
    auto args_last = last;
    // "name (args)" is the same as "name(args)".
    auto after_blanks = whole_.find_first_not_of(' ', name_end);
    if (after_blanks < last && whole_[after_blanks] == '(') {
        args_first = after_blanks + 1;
        // The last parenthesis outside nested references: patterns may hold odd ones.
        for (auto at = args_first; at < last; ++at) {
            if (whole_[at] == ')') args_last = at;
            auto brace = whole_[at] == '$' ? reference(at, last) : npos;
            auto close = brace == npos ? npos : pairs_.closing(brace);
            if (close != npos && close < last) at = close;
        }
    }
    auto name = run(first, name_end, depth);
    if (trim(name).empty()) return {};
    auto args = run(args_first, args_last, depth);
    return from_.command(trim(name), std::string(trim(args)));
}

}  // namespace

std::string expand(std::string_view text, const expansion_source& from) {
    if (text.find('$') == npos) return std::string(text);
    return expander(text, from).run(0, text.size(), 0);
}

}  // namespace strowger
