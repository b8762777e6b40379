#include "auth/auth_params.hpp"

#include <strowger/text.hpp>

#include <utility>

namespace strowger::sofia {
namespace {

std::string unquote(std::string_view value) {
    value = trim(value);
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
    value = value.substr(1, value.size() - 2);
    std::string out;
    out.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        out.push_back(value[i]);
    }
    return out;
}

}  // namespace

bool is_digest(const msg_auth_t* field) noexcept {
    return field && field->au_scheme && iequals(field->au_scheme, "Digest");
}

auth_params read_auth_params(const msg_auth_t* field) {
    auth_params out;
    if (!field->au_params) return out;
    std::string stale;
    struct slot {
        std::string_view name;
        std::string* to;
        bool given = false;
    } slots[] = {{"username", &out.username},
                 {"realm", &out.realm},
                 {"nonce", &out.nonce},
                 {"uri", &out.uri},
                 {"response", &out.response},
                 {"cnonce", &out.cnonce},
                 {"algorithm", &out.algorithm},
                 {"opaque", &out.opaque},
                 {"nc", &out.nc},
                 {"qop", &out.qop},
                 {"stale", &stale}};
    for (auto each = field->au_params; *each; ++each) {
        std::string_view text(*each);
        auto equals = text.find('=');
        if (equals == text.npos) continue;
        auto name = trim(text.substr(0, equals));
        // RFC 7616, 3.4: username* is not used together with username; we do not offer it.
        if (iequals(name, "username*")) out.good = false;
        for (auto& one : slots) {
            if (!iequals(name, one.name)) continue;
            if (std::exchange(one.given, true)) out.good = false;
            *one.to = unquote(text.substr(equals + 1));
        }
    }
    out.stale = iequals(stale, "true");
    return out;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        // A control character can't be quoted: it would end the header field.
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out.push_back(c);
    }
    out.push_back('"');
    return out;
}

bool list_has(std::string_view list, std::string_view word) noexcept {
    while (!list.empty()) {
        auto comma = list.find(',');
        if (iequals(trim(list.substr(0, comma)), word)) return true;
        if (comma == list.npos) return false;
        list.remove_prefix(comma + 1);
    }
    return false;
}

}  // namespace strowger::sofia
