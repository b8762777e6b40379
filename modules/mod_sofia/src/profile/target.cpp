#include "target.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

namespace {

// The value of a URI parameter, %-escapes undone; empty when there is none.
std::string param_value(std::string_view uri, std::string_view name) {
    while (true) {
        auto semicolon = uri.find(';');
        if (semicolon == uri.npos) return {};
        uri.remove_prefix(semicolon + 1);
        auto param = uri.substr(0, uri.find(';'));
        auto equals = param.find('=');
        if (equals == param.npos || !iequals(param.substr(0, equals), name)) continue;
        auto value = param.substr(equals + 1);
        std::string out;
        for (std::size_t i = 0; i < value.size(); ++i) {
            unsigned byte = 0;
            if (value[i] == '%' && i + 2 < value.size()) {
                const auto* digits = value.data() + i + 1;
                auto [end, bad] = std::from_chars(digits, digits + 2, byte, 16);
                if (bad == std::errc{} && end == digits + 2) {
                    out.push_back(static_cast<char>(byte));
                    i += 2;
                    continue;
                }
            }
            out.push_back(value[i]);
        }
        return out;
    }
}

bool one_line(std::string_view text) {
    for (char c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') return false;
    return true;
}

}  // namespace

std::string without_param(std::string_view uri, std::string_view name) {
    std::string out(uri.substr(0, uri.find(';')));
    auto semicolon = uri.find(';');
    while (semicolon != uri.npos) {
        uri.remove_prefix(semicolon + 1);
        semicolon = uri.find(';');
        auto param = uri.substr(0, semicolon);
        if (!iequals(param.substr(0, param.find('=')), name)) out += cat(';', param);
    }
    return out;
}

result<dial_target> parse_target(std::string_view address) {
    auto wrong = [&](std::string_view why) {
        return fail(errc::bad_syntax,
                    cat("sofia/", address, ": ", why,
                        "; expected sofia/PROFILE/user@host, sofia/PROFILE/user%domain or "
                        "sofia/gateway/NAME/number"));
    };
    if (!one_line(address)) return fail(errc::bad_syntax, "a SIP address has a control character");
    dial_target out;
    auto slash = address.find('/');
    if (slash == address.npos || slash == 0) return wrong("there is no profile");
    auto first = address.substr(0, slash);
    auto rest = address.substr(slash + 1);
    if (auto caret = rest.rfind('^'); caret != rest.npos) {
        out.to = std::string(rest.substr(caret + 1));
        rest = rest.substr(0, caret);
    }
    if (iequals(first, "gateway")) {
        out.what = dial_target::kind::gateway;
        auto second = rest.find('/');
        if (second == rest.npos || second == 0) return wrong("there is no gateway and number");
        out.gateway = std::string(rest.substr(0, second));
        out.number = std::string(rest.substr(second + 1));
        if (auto params = out.number.find(';'); params != out.number.npos) {
            out.uri = cat("sip:x@x", std::string_view(out.number).substr(params));
            out.number.resize(params);
            if (!split_uri(out.uri, out.parts)) return wrong("its parameters are broken");
        }
        if (out.number.empty()) return wrong("there is no number");
        return out;
    }
    out.profile = std::string(first);
    if (rest.empty()) return wrong("there is nobody to call");
    bool has_scheme = rest.starts_with("sip:") || rest.starts_with("sips:");
    if (auto percent = rest.find('%');
        !has_scheme && percent != rest.npos && rest.find('@') == rest.npos) {
        out.what = dial_target::kind::registered;
        out.user = std::string(rest.substr(0, percent));
        out.domain = std::string(rest.substr(percent + 1));
        if (out.user.empty() || out.domain.empty()) return wrong("user or domain is empty");
        return out;
    }
    out.text = has_scheme ? std::string(rest) : cat("sip:", rest);
    out.uri = without_param(without_param(out.text, "fs_path"), "fs_aor");
    out.path = param_value(out.text, "fs_path");
    if (!one_line(out.path) || out.path.find_first_of("<> ") != out.path.npos)
        return wrong("its fs_path is broken");
    if (out.uri.find_first_of("<> \"") != out.uri.npos || !split_uri(out.uri, out.parts))
        return wrong("that is no SIP URI");
    const auto& transport = out.parts.transport;
    if (!transport.empty() && transport != "udp" && transport != "tcp" && transport != "tls")
        return wrong(cat("no transport \"", transport, "\" (udp, tcp, tls)"));
    return out;
}

}  // namespace strowger::sofia
