#include <strowger/mask.hpp>
#include <strowger/text.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace strowger {

namespace {

struct character {
    std::size_t size;  // 0: no UTF-8 (RFC 3629: the shortest form, no surrogate, below 0x110000)
    std::uint32_t code;
};

character next_character(std::string_view text) {
    auto byte = [&](std::size_t at) -> std::uint32_t {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    auto first = byte(0);
    if (first < 0x80) return {1, first};
    std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) return {0, 0xFFFD};
    auto code = first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {0, 0xFFFD};
        code = code << 6U | (byte(i) & 0x3FU);
    }
    static constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < least[size] || code > 0x10FFFF || surrogate) return {0, 0xFFFD};
    return {size, code};
}

// RFC 4568, 9.2: base64, then "|lifetime" and "|MKI:length", which are no secrets; percent signs
// for keys that were quoted into a URI.
constexpr bool key_character(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=' || c == '-' || c == '_' || c == '%';
}

// The next "inline:", in any case, from `from` on.
std::size_t find_inline(const std::string& text, std::size_t from) noexcept {
    constexpr std::string_view word = "inline";
    for (auto at = text.find_first_of(":%", from); at != text.npos;
         at = text.find_first_of(":%", at + 1)) {
        if (at < from + word.size()) continue;
        if (text[at] == '%' && !iequals(std::string_view(text).substr(at, 3), "%3a")) continue;
        auto begin = at - word.size();
        if (iequals(std::string_view(text).substr(begin, word.size()), word))
            return at + (text[at] == '%' ? 3 : 1);
    }
    return text.npos;
}

// "inline:inline:KEY": the second mark looks like a key that ends at its colon.
bool ends_a_mark(const std::string& text, std::size_t key, std::size_t at) noexcept {
    constexpr std::string_view word = "inline";
    return text[at] == ':' && at >= key + word.size() &&
           iequals(std::string_view(text).substr(at - word.size(), word.size()), word);
}

}  // namespace

std::string mask_keys(std::string text) {
    for (auto key = find_inline(text, 0); key != text.npos; key = find_inline(text, key)) {
        auto end = key;
        while (end < text.size() && (key_character(text[end]) || ends_a_mark(text, key, end)))
            ++end;
        if (end == key) continue;
        text.replace(key, end - key, "***");
        key += 3;
    }
    return text;
}

std::string valid_utf8(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        auto [size, code] = next_character(text.substr(i));
        if (size == 0)
            out += "\xEF\xBF\xBD";
        else
            out += text.substr(i, size);
        i += std::max<std::size_t>(size, 1);
    }
    return out;
}

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        auto [size, code] = next_character(text.substr(i));
        // The control characters of both sets, and those that turn the writing's direction.
        bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
        bool turns = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
        if (size == 0 || control || turns)
            out += '?';
        else
            out += text.substr(i, size);
        i += std::max<std::size_t>(size, 1);
    }
    return out;
}

}  // namespace strowger
