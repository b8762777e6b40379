// Gateways: other PBXes and providers that we call, and register with. Control loop only.
#pragma once

#include "auth/authenticator.hpp"
#include "transaction/layer.hpp"
#include "transport/transport.hpp"

#include <strowger/context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::sofia {

struct gateway_settings {
    std::string name;
    std::string profile;
    std::string realm, username, auth_username, password;
    std::string from_user, from_domain;
    std::string extension;       // destination of its inbound calls; "auto_to_user"
    std::string proxy;           // "host[:port]" or a SIP URI: where calls go
    std::string register_proxy;  // where REGISTER goes, else proxy
    std::string outbound_proxy;
    std::string context;
    bool registers = true;
    transport_kind transport = transport_kind::udp;  // register-transport
    std::uint32_t expire_seconds = 3600;
    std::uint32_t retry_seconds = 30;
    std::uint32_t ping_seconds = 0;  // OPTIONS; 0: none
    bool caller_id_in_from = false;
    variables inbound_vars, outbound_vars;
};

enum class gateway_state { noreg, unreged, trying, reged, fail_wait, down };
std::string_view to_string(gateway_state state) noexcept;  // "REGED"

struct gateway_status {
    gateway_settings settings;
    gateway_state state = gateway_state::noreg;
    std::string reason;  // why it is not registered or down: "503 …", "certificate: …"
    std::uint64_t calls_in = 0, calls_out = 0, failed_calls_out = 0;
    std::string ping_state;
};

class gateway_set {
public:
    virtual ~gateway_set();
    virtual void start() = 0;
    virtual void stop() = 0;  // unregisters, as far as time allows
    virtual const gateway_settings* find(std::string_view name) const noexcept = 0;
    virtual credentials credentials_of(std::string_view name) const = 0;
    virtual std::vector<gateway_status> status() const = 0;
    virtual void count_call(std::string_view name, bool outbound, bool failed) = 0;
    // A connection ended: gateways that registered over it are not registered any more, and
    // register anew soon.
    virtual void flow_closed(const flow_ptr& which) = 0;
    // Is that gateway at the other end of `from`: is it the connection that the gateway registers
    // or pings on, or one of the addresses that its proxies were resolved to?
    virtual bool speaks_on(std::string_view name, const flow& from) const noexcept = 0;
};

// Resolves a host for a transport (RFC 3263 is a later issue: numeric addresses, /etc/hosts and
// A/AAAA for now) and gives the flow to it. `uri_host` is what the certificate must name.
using flow_finder = std::function<void(transport_kind kind, std::string host, std::uint16_t port,
                                       std::function<void(result<flow_ptr>)> done)>;
// All addresses of a host.
using address_finder = std::function<void(
    std::string host, std::function<void(result<std::vector<boost::asio::ip::address>>)> done)>;

std::unique_ptr<gateway_set> make_gateways(context& core, std::vector<gateway_settings> settings,
                                           transaction_layer& transactions, flow_finder find_flow,
                                           address_finder find_addresses,
                                           std::function<std::string(transport_kind)> contact_host);

}  // namespace strowger::sofia
