#include "transport/flow.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

flow::~flow() = default;

std::string_view to_string(transport_kind kind) noexcept {
    switch (kind) {
        case transport_kind::udp:
            return "udp";
        case transport_kind::tcp:
            return "tcp";
        case transport_kind::tls:
            return "tls";
    }
    return "udp";
}

std::string_view via_name(transport_kind kind) noexcept {
    switch (kind) {
        case transport_kind::udp:
            return "UDP";
        case transport_kind::tcp:
            return "TCP";
        case transport_kind::tls:
            return "TLS";
    }
    return "UDP";
}

std::strong_ordering address::operator<=>(const address& other) const noexcept {
    if (ip < other.ip) return std::strong_ordering::less;
    if (other.ip < ip) return std::strong_ordering::greater;
    return port <=> other.port;
}

std::string to_string(const address& where) {
    auto ip = where.ip.to_string();
    if (where.ip.is_v6()) return cat('[', ip, "]:", where.port);
    return cat(ip, ':', where.port);
}

result<address> parse_address(std::string_view text, std::uint16_t default_port) {
    auto bad = [&](std::string_view why) {
        return fail(errc::bad_syntax, cat("\"", text, "\" is not an address: ", why,
                                          " (expected 192.0.2.1:5060 or [2001:db8::1]:5060)"));
    };
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        auto end = text.find(']');
        if (end == text.npos) return bad("the bracket is not closed");
        host = text.substr(1, end - 1);
        auto rest = text.substr(end + 1);
        if (!rest.empty()) {
            if (rest.front() != ':') return bad("only a port may follow the bracket");
            port = rest.substr(1);
            has_port = true;
        }
        if (host.find(':') == host.npos) return bad("only IPv6 stands in brackets");
    } else if (auto colon = text.find(':'); colon != text.npos && colon == text.rfind(':')) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        has_port = true;
    }
    address parsed;
    parsed.port = default_port;
    if (has_port && !parse_number(port, parsed.port)) return bad("the port is not 0 to 65535");
    boost::system::error_code problem;
    parsed.ip = boost::asio::ip::make_address(std::string(host), problem);
    if (problem) return bad("the host is not an IP address");
    return parsed;
}

}  // namespace strowger::sofia
