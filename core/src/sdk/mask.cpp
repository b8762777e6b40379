#include <strowger/mask.hpp>
#include <strowger/text.hpp>

#include <string_view>

namespace strowger {

namespace {

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

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto byte = static_cast<unsigned char>(text[i]);
        auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        // U+0080 to U+009F: CSI and its like in one character, two bytes of UTF-8.
        bool second_set = byte == 0xC2 && next >= 0x80 && next <= 0x9F;
        out += byte < 0x20 || byte == 0x7F || second_set ? '?' : text[i];
        if (second_set) ++i;
    }
    return out;
}

}  // namespace strowger
