// Small text helpers that every part uses: joining values into one string, ASCII comparison.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace strowger {

namespace detail {

inline void append(std::string& out, std::string_view text) { out.append(text); }
inline void append(std::string& out, char c) { out.push_back(c); }
template <std::same_as<bool> Flag>
void append(std::string& out, Flag flag) {
    out.append(flag ? "true" : "false");
}

template <class Number>
requires(std::integral<Number> && !std::same_as<Number, bool> &&
         !std::same_as<Number, char>) void append(std::string& out, Number number) {
    char digits[24];
    auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
}

template <class Number>
requires std::floating_point<Number>
void append(std::string& out, Number number) {
    char digits[64];
    auto end = std::to_chars(digits, digits + sizeof digits, static_cast<double>(number),
                             std::chars_format::fixed, 3)
                   .ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace detail

// Joins its arguments (text, characters, numbers, booleans) into one string.
template <class... Parts>
std::string cat(const Parts&... parts) {
    std::string out;
    (detail::append(out, parts), ...);
    return out;
}

constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Compares without regard to ASCII case; locale plays no part.
constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
    return true;
}

// Removes blanks, tabs and line ends at both sides; a view into `text`.
constexpr std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view blank = " \t\r\n";
    auto first = text.find_first_not_of(blank);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// A switch as FreeSWITCH reads it: yes, on, true, t, enabled, active, allow, any number but zero.
bool is_true(std::string_view word) noexcept;
// Its opposite as a word: no, off, false, f, disabled, inactive, disallow, 0.
bool is_false(std::string_view word) noexcept;

// Parses a whole decimal number; false when anything is left over or it does not fit.
template <std::integral Number>
bool parse_number(std::string_view text, Number& out) noexcept {
    auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
    return problem == std::errc{} && end == text.data() + text.size() && !text.empty();
}

// The name in `candidates` nearest to `word` by edit distance, or empty when none is near.
// Used for "did you mean" in messages.
template <class Range>
std::string nearest(std::string_view word, const Range& candidates);
std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Range>
std::string nearest(std::string_view word, const Range& candidates) {
    std::string best;
    std::size_t best_distance = word.size() / 3 + 2;
    for (const auto& candidate : candidates) {
        auto distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = std::string(candidate);
        }
    }
    return best;
}

}  // namespace strowger
