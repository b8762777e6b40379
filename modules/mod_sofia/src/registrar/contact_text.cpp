// sofia_contact: bindings as addresses that a dial string can hold, and back.
//
// A contact is a stranger's text. In a dial string a comma would begin another destination, and
// `transport=tls` in a user name would turn media encryption on or off: so everything but letters,
// digits and a few marks is escaped, and only the socket says what `;transport=` is.
#include "registrar/registrar.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::sofia {
namespace {

constexpr std::string_view store_name = "registration_store/1";

bool is_alnum(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// `text` with everything but letters, digits and `plain` as %XX (RFC 3261, 25.1: escaped).
void escape(std::string& out, std::string_view text, std::string_view plain) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char c : text) {
        if (is_alnum(c) || plain.find(c) != plain.npos) {
            out.push_back(c);
            continue;
        }
        auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 15]);
    }
}

constexpr std::string_view unreserved = "-_.+";
constexpr std::string_view unreserved_or_escaped = "-_.+%";

bool contains_word(std::string_view text, std::string_view word) {
    for (std::size_t i = 0; i + word.size() <= text.size(); ++i)
        if (iequals(text.substr(i, word.size()), word)) return true;
    return false;
}

// The parts of a SIP URI, as they are written.
struct uri_parts {
    std::string_view user, host, parameters;
};

uri_parts split(std::string_view uri) {
    uri_parts out;
    if (auto colon = uri.find(':'); colon != uri.npos) uri.remove_prefix(colon + 1);
    uri = uri.substr(0, uri.find('?'));
    if (auto at = uri.rfind('@'); at != uri.npos) {
        out.user = uri.substr(0, at);
        out.user = out.user.substr(0, out.user.find(':'));  // no password
        uri.remove_prefix(at + 1);
    }
    auto semicolon = uri.find(';');
    out.host = uri.substr(0, semicolon);
    if (semicolon != uri.npos) out.parameters = uri.substr(semicolon + 1);
    return out;
}

// Parameters that would decide where a request goes; the flow decides that.
bool steers(std::string_view parameter) {
    auto name = parameter.substr(0, parameter.find('='));
    for (auto word : {"maddr", "received", "fs_path", "fs_aor", "fs_nat", "alias"})
        if (iequals(name, word)) return true;
    return contains_word(parameter, "transport");
}

void append_parameters(std::string& out, std::string_view parameters) {
    while (!parameters.empty()) {
        auto semicolon = parameters.find(';');
        auto one = parameters.substr(0, semicolon);
        parameters =
            semicolon == parameters.npos ? std::string_view{} : parameters.substr(semicolon + 1);
        if (one.empty() || steers(one)) continue;
        auto equals = one.find('=');
        out.push_back(';');
        escape(out, one.substr(0, equals), unreserved_or_escaped);
        if (equals == one.npos) continue;
        out.push_back('=');
        escape(out, one.substr(equals + 1), unreserved_or_escaped);
    }
}

// Does the contact name another address than the one its REGISTER came from?
bool behind_nat(const binding& what, std::string_view host) {
    auto named = parse_address(host, what.encrypted() ? 5061 : 5060);
    return !named || to_string(*named) != what.source;
}

std::string_view first_uri(std::string_view path) {
    auto open = path.find('<'), close = path.find('>');
    return open == path.npos || close == path.npos || close < open
               ? path
               : path.substr(open + 1, close - open - 1);
}

// The URI of contact_text, without "sofia/PROFILE/".
std::string uri_text(const binding& what) {
    auto parts = split(what.contact);
    std::string out = "sip:";
    if (!parts.user.empty()) {
        escape(out, parts.user, unreserved_or_escaped);
        out.push_back('@');
    }
    escape(out, parts.host, "-.:[]");
    append_parameters(out, parts.parameters);
    if (what.transport != "udp") out += cat(";transport=", what.transport);
    if (!what.path.empty()) {
        out += ";fs_path=";
        escape(out, first_uri(what.path), unreserved);
    } else if (behind_nat(what, parts.host)) {
        out += ";fs_path=";
        auto received = cat("sip:", what.source);
        if (what.transport != "udp") received += cat(";transport=", what.transport);
        escape(out, received, unreserved);
    }
    // Whose binding it is, where the contact's user does not say it: find_binding() looks there.
    if (parts.user != what.user) {
        out += ";fs_aor=";
        escape(out, cat(what.user, '@', what.domain), unreserved);
    }
    return out;
}

std::string unescape(std::string_view text) {
    auto value = [](char c) {
        return c >= '0' && c <= '9'                               ? c - '0'
               : (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f') ? ascii_lower(c) - 'a' + 10
                                                                  : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && value(text[i + 1]) >= 0 &&
            value(text[i + 2]) >= 0) {
            out.push_back(static_cast<char>(value(text[i + 1]) * 16 + value(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

std::string proper_domain(context& core, std::string_view name) {
    auto asked = name.empty() ? core.config().global("domain") : std::string(name);
    if (auto proper = core.directory().domain(asked)) return *proper;
    return asked;
}

}  // namespace

std::string contact_text(const binding& what) {
    return cat("sofia/", what.profile, '/', uri_text(what));
}

std::string sofia_contact(context& core, std::string_view args,
                          const std::vector<std::string>& profiles) {
    constexpr auto nobody = "error/user_not_registered";
    auto rest = trim(args);
    std::string_view agent, profile = "*";
    if (auto tilde = rest.find('~'); tilde != rest.npos) {
        agent = rest.substr(tilde + 1);
        rest = rest.substr(0, tilde);
    }
    // A slash after the '@' begins FreeSWITCH's "concat", which has no meaning here.
    if (auto slash = rest.find('/'); slash != rest.npos && slash < rest.find('@')) {
        profile = rest.substr(0, slash);
        rest.remove_prefix(slash + 1);
    }
    rest = rest.substr(0, rest.find('/'));
    auto at = rest.find('@');
    auto user = rest.substr(0, at);
    auto domain = proper_domain(core, at == rest.npos ? std::string_view{} : rest.substr(at + 1));
    auto store = core.registry().find<registration_store>(store_name);
    if (user.empty() || !store) return nobody;
    std::string id(user);
    // A number alias registers as the user it belongs to.
    if (auto known = core.directory().find(user, domain)) id = known->id;
    std::string out;
    for (const auto* one : store->find(id, domain)) {
        bool served = profiles.empty() ||
                      std::find(profiles.begin(), profiles.end(), one->profile) != profiles.end();
        if (!served || (profile != "*" && profile != one->profile)) continue;
        if (!agent.empty() && !contains_word(one->user_agent, agent)) continue;
        if (!out.empty()) out.push_back(',');
        out += contact_text(*one);
    }
    return out.empty() ? nobody : out;
}

std::optional<binding> find_binding(context& core, std::string_view profile, std::string_view uri) {
    auto prefix = cat("sofia/", profile, '/');
    if (uri.starts_with(prefix)) uri.remove_prefix(prefix.size());
    auto store = core.registry().find<registration_store>(store_name);
    if (!store || !uri.starts_with("sip:")) return std::nullopt;
    auto look = [&](std::string_view user, std::string_view domain) -> std::optional<binding> {
        for (const auto* one : store->find(user, domain))
            if (one->profile == profile && uri_text(*one) == uri) return *one;
        return std::nullopt;
    };
    constexpr std::string_view mark = ";fs_aor=";
    if (auto place = uri.rfind(mark); place != uri.npos) {
        auto owner = unescape(uri.substr(place + mark.size()));
        auto at = owner.rfind('@');
        if (at == owner.npos) return std::nullopt;
        return look(std::string_view(owner).substr(0, at), std::string_view(owner).substr(at + 1));
    }
    auto user = split(uri).user;
    for (const auto& domain : core.directory().domains())
        if (auto found = look(user, domain)) return found;
    return std::nullopt;
}

}  // namespace strowger::sofia
