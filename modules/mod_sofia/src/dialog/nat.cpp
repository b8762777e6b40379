#include "nat.hpp"

#include "fields.hpp"

namespace strowger::sofia {

bool is_private(const boost::asio::ip::address& ip) noexcept {
    if (ip.is_loopback()) return true;
    if (ip.is_v4()) {
        auto bytes = ip.to_v4().to_bytes();
        return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) ||
               (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254);
    }
    auto v6 = ip.to_v6();
    return v6.is_link_local() || (v6.to_bytes()[0] & 0xfe) == 0xfc;
}

bool behind_nat(const message& request, const flow& from) {
    const auto* via = request.sip() ? request.sip()->sip_via : nullptr;
    if (!via || via->v_next) return false;
    auto host = view(via->v_host);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    boost::system::error_code not_numeric;
    auto sent_by = boost::asio::ip::make_address(std::string(host), not_numeric);
    return !not_numeric && sent_by != from.remote().ip;
}

bool numeric_target(std::string_view uri, address& out) {
    uri_target target;
    if (!split_uri(uri, target)) return false;
    boost::system::error_code not_numeric;
    out.ip = boost::asio::ip::make_address(target.host, not_numeric);
    out.port = target.port ? target.port : 5060;
    return !not_numeric;
}

}  // namespace strowger::sofia
