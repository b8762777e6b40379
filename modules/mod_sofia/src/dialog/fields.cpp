#include "fields.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/sip_header.h>
#include <sofia-sip/url.h>

#include <algorithm>

namespace strowger::sofia {

namespace {

// RFC 3261, 7.3.1: a header may go on in another line; there it is as good as one blank.
std::string unfolded(std::string text) {
    constexpr std::string_view ends = "\r\n";
    if (text.find_first_of(ends) == text.npos) return text;
    std::string out;
    for (char c : text) {
        bool end = ends.find(c) != ends.npos;
        bool blank = end || c == ' ' || c == '\t';
        if (blank && !out.empty() && out.back() == ' ') continue;
        out.push_back(end ? ' ' : c);
    }
    return out;
}

}  // namespace

std::string uri_text(const url_t* uri) {
    if (!uri) return {};
    char small[512];
    auto length = url_e(small, sizeof small, uri);
    if (length < 0) return {};
    if (static_cast<std::size_t>(length) < sizeof small)
        return unfolded(std::string(small, static_cast<std::size_t>(length)));
    std::string large(static_cast<std::size_t>(length) + 1, '\0');
    url_e(large.data(), static_cast<issize_t>(large.size()), uri);
    large.resize(static_cast<std::size_t>(length));
    return unfolded(std::move(large));
}

std::string address_text(const sip_addr_t* of) {
    if (!of) return {};
    std::string out;
    if (auto display = trim(view(of->a_display)); !display.empty()) out = cat(display, ' ');
    out += cat('<', uri_text(of->a_url), '>');
    for (auto* params = of->a_params; params && *params; ++params) {
        std::string_view param(*params);
        if (param.size() >= 3 && iequals(param.substr(0, 3), "tag") &&
            (param.size() == 3 || param[3] == '='))
            continue;
        out += cat(';', param);
    }
    return unfolded(std::move(out));
}

std::string user_text(const url_t* uri) {
    if (!uri || !uri->url_user) return {};
    std::string out(uri->url_user);
    out.resize(url_unescape_to(out.data(), uri->url_user, out.size()));
    // Parameters of the user part (";phone-context=…") are not part of the number.
    return out.substr(0, out.find(';'));
}

std::string display_text(const char* display) {
    auto text = trim(view(display));
    if (text.size() < 2 || text.front() != '"' || text.back() != '"')
        return unfolded(std::string(text));
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        out.push_back(text[i]);
    }
    return unfolded(std::move(out));
}

std::string escape_user(std::string_view user) {
    constexpr std::string_view plain = "-_.!~*'()&=+$,?/";  // RFC 3261, 25.1, without ';'
    constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(user.size());
    for (char c : user) {
        auto byte = static_cast<unsigned char>(c);
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || plain.find(c) != plain.npos) {
            out.push_back(c);
        } else {
            out.push_back('%');
            out.push_back(digits[byte >> 4]);
            out.push_back(digits[byte & 15]);
        }
    }
    return out;
}

std::string contact_uri(const message& of) {
    const auto* contact = of.sip() ? of.sip()->sip_contact : nullptr;
    if (!contact || contact->m_url->url_type == url_any) return {};
    return uri_text(contact->m_url);
}

std::vector<std::string> record_routes(const message& of, bool reversed) {
    std::vector<std::string> out;
    const auto* route = of.sip() ? of.sip()->sip_record_route : nullptr;
    for (; route && out.size() < 32; route = route->r_next) {
        auto value = cat('<', uri_text(route->r_url), '>');
        for (auto* params = route->r_params; params && *params; ++params)
            value += cat(';', view(*params));
        out.push_back(unfolded(std::move(value)));
    }
    if (reversed) std::reverse(out.begin(), out.end());
    return out;
}

std::string_view unknown_header(const message& of, std::string_view name) noexcept {
    const auto* each = of.sip() ? of.sip()->sip_unknown : nullptr;
    for (; each; each = each->un_next)
        if (iequals(view(each->un_name), name)) return view(each->un_value);
    return {};
}

bool is_stale(const msg_auth_t* challenge) noexcept {
    for (const auto* each = challenge; each; each = each->au_next)
        for (const auto* param = each->au_params; param && *param; ++param)
            if (iequals(*param, "stale=true") || iequals(*param, "stale=\"true\"")) return true;
    return false;
}

std::string content_type(const message& of) {
    const auto* type = of.sip() ? of.sip()->sip_content_type : nullptr;
    if (!type) return {};
    std::string out(view(type->c_type));
    std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
    return out;
}

std::string_view sdp_of(const message& of) {
    const auto* type = of.sip() ? of.sip()->sip_content_type : nullptr;
    return type && iequals(view(type->c_type), "application/sdp") ? of.body() : std::string_view{};
}

std::string_view inside_brackets(std::string_view text) noexcept {
    auto open = text.find('<');
    if (open == text.npos) return trim(text);
    auto close = text.find('>', open);
    return text.substr(open + 1, close == text.npos ? text.npos : close - open - 1);
}

bool split_uri(std::string_view text, uri_target& out) {
    text = trim(text);
    out = {};
    if (text.size() > 5 && iequals(text.substr(0, 5), "sips:")) {
        out.secure = true;
        text.remove_prefix(5);
    } else if (text.size() > 4 && iequals(text.substr(0, 4), "sip:")) {
        text.remove_prefix(4);
    } else {
        return false;
    }
    text = text.substr(0, text.find('?'));
    if (auto at = text.find('@'); at != text.npos) {
        out.user = std::string(text.substr(0, at));
        text.remove_prefix(at + 1);
    }
    auto params = text.find(';');
    auto host = text.substr(0, params);
    std::string_view port;
    if (!host.empty() && host.front() == '[') {
        auto close = host.find(']');
        if (close == host.npos) return false;
        out.host = std::string(host.substr(1, close - 1));
        if (close + 1 < host.size()) {
            if (host[close + 1] != ':') return false;
            port = host.substr(close + 2);
        }
    } else {
        auto colon = host.find(':');
        out.host = std::string(host.substr(0, colon));
        if (colon != host.npos) port = host.substr(colon + 1);
    }
    if (out.host.empty() || (!port.empty() && (!parse_number(port, out.port) || out.port == 0)))
        return false;
    while (params != text.npos) {
        text.remove_prefix(params + 1);
        params = text.find(';');
        auto param = text.substr(0, params);
        auto equals = param.find('=');
        auto name = param.substr(0, equals);
        auto value = equals == param.npos ? std::string_view{} : param.substr(equals + 1);
        if (iequals(name, "transport")) {
            out.transport = std::string(value);
            std::transform(out.transport.begin(), out.transport.end(), out.transport.begin(),
                           ascii_lower);
        } else if (iequals(name, "lr")) {
            out.loose = true;
        }
    }
    return true;
}

}  // namespace strowger::sofia
