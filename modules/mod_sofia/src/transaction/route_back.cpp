#include "transaction/route_back.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>

namespace strowger::sofia {

namespace {

bool names_address(const char* host, const boost::asio::ip::address& ip) noexcept {
    std::string_view text = host ? host : "";
    if (text.size() > 2 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    char small[64];
    if (text.empty() || text.size() >= sizeof small) return false;
    small[text.copy(small, sizeof small - 1)] = '\0';
    boost::system::error_code problem;
    auto named = boost::asio::ip::make_address(small, problem);
    return !problem && named == ip;
}

}  // namespace

void mark_source(message& request, const flow& from) {
    auto* via = request.sip() ? request.sip()->sip_via : nullptr;
    if (!via) return;
    const auto& source = from.remote();
    auto set = [&](const std::string& param) {
        msg_header_replace_param(request.home(), via->v_common,
                                 su_strdup(request.home(), param.c_str()));
    };
    // RFC 3261, 18.2.1: `received` when the sent-by is a name or another address. RFC 3581, 4: and
    // always with rport. What the sender wrote there itself is replaced.
    if (via->v_rport || via->v_received || !names_address(via->v_host, source.ip))
        set(cat("received=", source.ip.to_string()));
    if (via->v_rport) set(cat("rport=", source.port));
}

flow_ptr response_flow(const message& request, const flow_ptr& from,
                       const datagram_factory& datagram) {
    const auto* via = request.sip() ? request.sip()->sip_via : nullptr;
    if (from->reliable() || !via || via->v_rport || !datagram) return from;
    // RFC 3261, 18.2.2: the received address, the port of the sent-by (5060 when it has none). A
    // maddr is not followed: it would let anybody aim our responses at a third party.
    unsigned port = 5060;
    if (via->v_port && !parse_number(std::string_view(via->v_port), port)) return from;
    if (port == from->remote().port || port == 0 || port > 65535) return from;
    auto other = datagram({from->remote().ip, static_cast<std::uint16_t>(port)});
    return other ? other : from;
}

}  // namespace strowger::sofia
