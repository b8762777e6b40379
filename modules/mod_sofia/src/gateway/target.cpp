#include "gateway/target.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

result<target> read_target(std::string_view text, transport_kind kind) {
    auto bad = [&] {
        return fail(errc::bad_syntax, cat("\"", text, "\" is no host, host:port or SIP URI"));
    };
    auto rest = trim(text);
    for (std::string_view scheme : {"sips:", "sip:"})
        if (rest.size() > scheme.size() && iequals(rest.substr(0, scheme.size()), scheme)) {
            rest.remove_prefix(scheme.size());
            break;
        }
    rest = rest.substr(0, rest.find_first_of(";?>"));
    if (auto at = rest.rfind('@'); at != rest.npos) rest.remove_prefix(at + 1);
    target out;
    out.port = kind == transport_kind::tls ? 5061 : 5060;
    std::string_view port;
    if (rest.starts_with('[')) {
        auto close = rest.find(']');
        if (close == rest.npos) return bad();
        out.host = rest.substr(1, close - 1);
        port = rest.substr(close + 1);
    } else {
        auto colon = rest.find(':');
        out.host = rest.substr(0, colon);
        if (colon != rest.npos) port = rest.substr(colon);
    }
    bool has_port = port.starts_with(':');
    if (has_port && (!parse_number(port.substr(1), out.port) || out.port == 0)) return bad();
    if ((!port.empty() && !has_port) || out.host.empty() ||
        out.host.find_first_of(" \t\r\n\"<>,") != std::string::npos)
        return bad();
    bool v6 = out.host.find(':') != std::string::npos;
    out.uri = v6 ? cat("sip:[", out.host, ']') : cat("sip:", out.host);
    if (has_port) out.uri += cat(':', out.port);
    if (kind != transport_kind::udp) out.uri += cat(";transport=", to_string(kind));
    return out;
}

}  // namespace strowger::sofia
