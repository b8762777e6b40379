#include "call/dial_string.hpp"

#include <strowger/mask.hpp>
#include <strowger/text.hpp>

#include <algorithm>
#include <optional>

namespace strowger {
namespace {

constexpr std::size_t most_text = 64 * 1024;
constexpr std::size_t most_legs = 100;

class parser {
public:
    explicit parser(std::string_view text) : text_(text) {}
    result<dial_string> run();

private:
    bool at_end() const { return at_ >= text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }
    void skip_blanks() {
        while (!at_end() && trim(text_.substr(at_, 1)).empty()) ++at_;
    }
    // Takes the character behind a backslash when it is one of `specials`.
    bool take_escaped(std::string_view specials, std::string& out) {
        if (peek() != '\\' || at_ + 1 >= text_.size()) return false;
        if (specials.find(text_[at_ + 1]) == specials.npos) return false;
        out.push_back(text_[at_ + 1]);
        at_ += 2;
        return true;
    }
    error wrong(std::string_view expected, std::size_t where) const;
    error wrong(std::string_view expected) const { return wrong(expected, at_); }
    result<void> vars(char open, char close, variables& out);
    result<void> variable(char separator, char open, char close, variables& out);
    result<std::string> value(char separator, char open, char close, std::size_t block);
    result<dial_leg> leg();

    std::string_view text_;
    std::size_t at_ = 0;
};

bool is_endpoint_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    });
}

error parser::wrong(std::string_view expected, std::size_t where) const {
    auto rest = text_.substr(std::min(where, text_.size()), 20);
    return fail(errc::bad_syntax,
                cat("bad dial string at character ", where + 1, " (",
                    rest.empty() ? std::string("its end") : cat("\"", printable(rest), "\""),
                    "): ", expected));
}

result<void> parser::vars(char open, char close, variables& out) {
    auto block = at_++;
    char separator = ',';
    if (text_.substr(at_, 2) == "^^") {
        if (at_ + 2 >= text_.size()) return wrong("expected a separator after ^^", at_ + 2);
        separator = text_[at_ + 2];
        at_ += 3;
    }
    for (;;) {
        skip_blanks();
        if (at_end())
            return wrong(cat("this '", open, "' is never closed; expected a '", close, "'"), block);
        if (peek() == close) {
            ++at_;
            return {};
        }
        if (peek() == separator) {
            ++at_;
            continue;
        }
        if (auto one = variable(separator, open, close, out); !one) return one;
    }
}

result<void> parser::variable(char separator, char open, char close, variables& out) {
    auto start = at_;
    while (!at_end() && peek() != '=' && peek() != separator && peek() != close) ++at_;
    auto name = trim(text_.substr(start, at_ - start));
    if (peek() != '=' || name.empty()) return wrong("expected name=value", start);
    ++at_;
    auto text = value(separator, open, close, start);
    if (!text) return text.error();
    out.set(name, std::move(*text));
    return {};
}

result<std::string> parser::value(char separator, char open, char close, std::size_t block) {
    std::string out;
    const char specials[] = {separator, open, close, '\'', '\\', '\0'};
    if (peek() == '\'' && text_.find('\'', at_ + 1) != text_.npos) {
        ++at_;
        while (!at_end() && peek() != '\'')
            if (!take_escaped(specials, out)) out.push_back(text_[at_++]);
        if (at_end()) return wrong("this quoted value is never closed; expected a \"'\"", block);
        ++at_;
    }
    for (int depth = 0; !at_end();) {
        char c = peek();
        if (depth == 0 && (c == separator || c == close)) return out;
        if (take_escaped(specials, out)) continue;
        if (c == open) ++depth;
        if (c == close) --depth;
        out.push_back(c);
        ++at_;
    }
    return wrong(cat("the value is never closed; expected a '", close, "'"), block);
}

result<dial_leg> parser::leg() {
    dial_leg out;
    skip_blanks();
    if (peek() == '{')
        return wrong(
            "{…} stands at the beginning of the dial string, for all legs; for one leg use […]");
    if (peek() == '<') return wrong("<…> is not built yet; use {…}");
    while (peek() == '[') {
        if (auto read = vars('[', ']', out.vars); !read) return read.error();
        skip_blanks();
    }
    auto start = at_;
    std::string text;
    while (!at_end() && peek() != ',' && peek() != '|') {
        if (text_.substr(at_, 3) == ":_:")
            return wrong(
                "\":_:\" (several originates at once) is not built yet; use \",\" or \"|\"");
        if (!take_escaped(",|\\", text)) text.push_back(text_[at_++]);
    }
    auto whole = trim(text);
    auto slash = whole.find('/');
    if (whole.empty()) return wrong("expected an endpoint and an address, as in user/1000", start);
    if (slash == whole.npos || !is_endpoint_name(whole.substr(0, slash)))
        return wrong("expected an endpoint, \"/\" and an address, as in user/1000", start);
    out.kind = whole.substr(0, slash);
    out.address = whole.substr(slash + 1);
    if (out.address.empty())
        return wrong(cat("expected an address after \"", out.kind, "/\""), start + slash + 1);
    return out;
}

result<dial_string> parser::run() {
    if (text_.size() > most_text)
        return fail(errc::limit_reached, cat("a dial string of ", text_.size(),
                                             " characters; at most ", most_text, " are taken"));
    dial_string out;
    skip_blanks();
    while (peek() == '{') {
        if (auto read = vars('{', '}', out.vars); !read) return read.error();
        skip_blanks();
    }
    out.alternatives.emplace_back();
    for (std::size_t count = 1;; ++count) {
        if (count > most_legs) return wrong(cat("at most ", most_legs, " legs are taken"));
        auto one = leg();
        if (!one) return one.error();
        out.alternatives.back().push_back(std::move(*one));
        if (at_end()) return out;
        if (peek() == '|') out.alternatives.emplace_back();
        ++at_;
    }
}

}  // namespace

result<dial_string> parse_dial_string(std::string_view text) { return parser(text).run(); }

}  // namespace strowger
