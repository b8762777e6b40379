// A flow: one TCP or TLS connection, or a pair of UDP addresses (RFC 5626, 3). This is the control
// loop's side of it; bytes of connections are moved by an edge thread.
#pragma once

#include <strowger/error.hpp>
#include <strowger/token.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::sofia {

enum class transport_kind { udp, tcp, tls };
std::string_view to_string(transport_kind kind) noexcept;  // "udp"
std::string_view via_name(transport_kind kind) noexcept;   // "UDP", as in Via

// The one value type for addresses, of both families.
struct address {
    boost::asio::ip::address ip;
    std::uint16_t port = 0;
    bool operator==(const address&) const = default;
    std::strong_ordering operator<=>(const address& other) const noexcept;
};
std::string to_string(const address& where);  // "192.0.2.1:5060", "[2001:db8::1]:5060"
result<address> parse_address(std::string_view text, std::uint16_t default_port);

// What TLS told about the far end.
struct tls_peer {
    bool verified =
        false;  // its certificate was checked and is good (and has the name, when we connected)
    std::string name;                // the subject it was verified as
    std::vector<std::string> names;  // SIP URIs and DNS names of its certificate
    std::string problem;             // in words, why not verified ("it sent no certificate")
    std::string version;             // "TLSv1.3"
    std::string cipher;
};

class flow {
public:
    virtual ~flow();
    // Never another phone's, after a restart or a reload either.
    virtual const std::string& id() const noexcept = 0;
    virtual transport_kind kind() const noexcept = 0;
    virtual const address& local() const noexcept = 0;
    virtual const address& remote() const noexcept = 0;
    virtual bool accepted()
        const noexcept = 0;                   // they connected to us; false for connections we made
    virtual bool alive() const noexcept = 0;  // always true for UDP
    virtual const tls_peer& tls() const noexcept = 0;
    bool encrypted() const noexcept { return kind() == transport_kind::tls; }
    bool reliable() const noexcept { return kind() != transport_kind::udp; }
    // Queues one message. errc::closed: the connection is gone; errc::limit_reached: too much is
    // unsent, the connection is closed. Never waits.
    virtual result<void> send(std::string bytes) = 0;
    virtual void close(std::string_view reason) = 0;
    // Digest has proved this user on this flow: calls on it say so, and it is no stranger's any
    // more.
    virtual void authenticate(std::string user) { user_ = std::move(user); }
    const std::string& authenticated_user() const noexcept { return user_; }  // empty: nobody

private:
    std::string user_;
};
using flow_ptr = std::shared_ptr<flow>;  // only inside mod_sofia; control loop only

}  // namespace strowger::sofia
