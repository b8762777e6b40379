#include "regex.hpp"

#include <strowger/text.hpp>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace strowger::commands {

namespace {

struct free_pcre {
    void operator()(pcre2_code* p) const noexcept { pcre2_code_free(p); }
    void operator()(pcre2_match_data* p) const noexcept { pcre2_match_data_free(p); }
    void operator()(pcre2_match_context* p) const noexcept { pcre2_match_context_free(p); }
};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == text.npos) return parts;
        text.remove_prefix(at + 1);
    }
}

// Asterisk's patterns: X 0-9, Z 1-9, N 2-9, [set], . one or more of anything, ! any number of
// anything.
std::string from_asterisk(std::string_view pattern) {
    std::string out = "^";
    bool in_set = false;
    for (char c : pattern) {
        if (in_set) {
            out += c;
            if (c == ']') in_set = false;
            continue;
        }
        switch (c) {
            case 'X':
            case 'x':
                out += "[0-9]";
                break;
            case 'Z':
            case 'z':
                out += "[1-9]";
                break;
            case 'N':
            case 'n':
                out += "[2-9]";
                break;
            case '.':
                out += ".+";
                break;
            case '!':
                out += ".*";
                break;
            case '[':
                out += c;
                in_set = true;
                break;
            default:
                if (std::string_view("\\^$|?*+(){}").find(c) != std::string_view::npos) out += '\\';
                out += c;
        }
    }
    return out + '$';
}

struct parsed_pattern {
    std::string text;
    std::uint32_t options = 0;
};

parsed_pattern parse_pattern(std::string_view given) {
    if (given.starts_with('_')) return {from_asterisk(given.substr(1)), 0};
    auto close = given.rfind('/');
    if (!given.starts_with('/') || close == 0) return {std::string(given), 0};
    parsed_pattern out{std::string(given.substr(1, close - 1)), 0};
    for (char flag : given.substr(close + 1)) {
        if (flag == 'i') out.options |= PCRE2_CASELESS;
        if (flag == 's') out.options |= PCRE2_DOTALL;
        if (flag == 'm') out.options |= PCRE2_MULTILINE;
        if (flag == 'x') out.options |= PCRE2_EXTENDED;
    }
    return out;
}

// Replaces %1, $1, ${1} (and 0) by what was captured; nothing for a group that is not there. All
// digits count, as in a dialplan's action: $10 is the tenth group.
std::string substitute(std::string_view form, std::string_view data, const PCRE2_SIZE* where,
                       int groups) {
    constexpr std::string_view digits = "0123456789";
    std::string out;
    for (std::size_t i = 0; i < form.size(); ++i) {
        bool sign = form[i] == '%' || form[i] == '$';
        bool braced = sign && i + 1 < form.size() && form[i + 1] == '{';
        auto at = i + (braced ? 2 : 1);
        auto end = sign ? std::min(form.find_first_not_of(digits, at), form.size()) : at;
        if (end <= at || (braced && (end == form.size() || form[end] != '}'))) {
            out += form[i];
            continue;
        }
        int group = groups;  // one that is not there, as is a number too large to be read
        (void)parse_number(form.substr(at, end - at), group);
        if (group < groups && where[2 * group] != PCRE2_UNSET)
            out += data.substr(where[2 * group], where[2 * group + 1] - where[2 * group]);
        i = end - (braced ? 0 : 1);
    }
    return out;
}

}  // namespace

command_reply run_regex(std::string_view args) {
    char separator = '|';
    if (args.size() > 3 && args.starts_with("m:") &&
        std::string_view("|~/").find(args[2]) != std::string_view::npos) {
        separator = args[2];
        args.remove_prefix(3);
    }
    auto parts = split(args, separator);
    if (parts.size() < 2)
        return command_error("regex: expected <data>|<pattern>[|<substitution>[|<flags>]].");

    auto pattern = parse_pattern(parts[1]);
    int problem = 0;
    PCRE2_SIZE at = 0;
    std::unique_ptr<pcre2_code, free_pcre> code(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.text.data()), pattern.text.size(),
                      pattern.options, &problem, &at, nullptr));
    if (!code) {
        PCRE2_UCHAR words[128] = {};
        pcre2_get_error_message(problem, words, sizeof words);
        return command_error(cat("regex: the pattern is wrong at character ", at + 1, ": ",
                                 reinterpret_cast<const char*>(words), '.'));
    }
    std::unique_ptr<pcre2_match_data, free_pcre> match(
        pcre2_match_data_create_from_pattern(code.get(), nullptr));
    std::unique_ptr<pcre2_match_context, free_pcre> limits(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(limits.get(), 100'000);  // a catastrophic pattern ends as "no match"
    auto data = parts[0];
    int groups = pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(data.data()), data.size(), 0,
                             0, match.get(), limits.get());
    bool matched = groups > 0;
    if (parts.size() == 2) return {true, matched ? "true" : "false"};
    if (matched)
        return {true, substitute(parts[2], data, pcre2_get_ovector_pointer(match.get()), groups)};
    auto flags = parts.size() > 3 ? parts[3] : std::string_view{};
    if (flags.find('b') != flags.npos) return {true, "false"};
    if (flags.find('n') != flags.npos) return {true, ""};
    return {true, std::string(data)};
}

}  // namespace strowger::commands
