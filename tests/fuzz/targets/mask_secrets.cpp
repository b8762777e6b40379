// Masked text has no key of its original: neither what the trace masks nor what every log record
// does.
#include "../target.hpp"

#include "transport/transport.hpp"

#include <strowger/mask.hpp>
#include <strowger/text.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace strowger::sofia {
namespace {

bool is_base64(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

// Length of the mark "inline:" or "inline%3A" at `at`; 0: there is none.
std::size_t mark_at(std::string_view text, std::size_t at) {
    for (std::string_view mark : {"inline:", "inline%3a"})
        if (iequals(text.substr(at, mark.size()), mark)) return mark.size();
    return 0;
}

// Keys are 30 octets and more (RFC 4568, 6.2); shorter runs are not followed.
constexpr std::size_t shortest_key = 24;

std::vector<std::string_view> keys_of(std::string_view text) {
    std::vector<std::string_view> keys;
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto mark = mark_at(text, at);
        if (mark == 0) continue;
        auto end = at + mark;
        while (end < text.size() && is_base64(text[end])) ++end;
        auto key = text.substr(at + mark, end - at - mark);
        if (key.size() >= shortest_key) keys.push_back(key);
    }
    return keys;
}

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
    return found;
}

void check(std::string_view original, const std::string& masked) {
    STROWGER_PROMISE(masked.size() <= 4 * original.size() + 16);
    STROWGER_PROMISE(keys_of(masked).empty());
    for (auto key : keys_of(original)) {
        // The same text may stand elsewhere, where it is no key: that may stay.
        std::size_t as_key = 0;
        for (std::size_t at = 0; at < original.size(); ++at) {
            auto mark = mark_at(original, at);
            if (mark != 0 && original.substr(at + mark).starts_with(key)) ++as_key;
        }
        STROWGER_PROMISE(count(masked, key) + as_key <= count(original, key));
    }
}

}  // namespace

STROWGER_FUZZ_TARGET(mask_secrets) {
    if (bytes.size() > 8192) return;  // the promises cost the square of the length
    auto masked = mask_secrets(bytes);
    // Every log record has its keys masked besides: where the trace only takes out digest
    // responses.
    check(bytes, mask_keys(masked));
    auto keys_masked = mask_keys(std::string(bytes));
    check(bytes, keys_masked);
    STROWGER_PROMISE(mask_keys(keys_masked) == keys_masked);
}

}  // namespace strowger::sofia
