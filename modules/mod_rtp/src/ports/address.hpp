// IP addresses and socket addresses, as values.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strowger::rtp {

class ip_address {
public:
    // A literal address; nothing is resolved.
    static std::optional<ip_address> parse(std::string_view text) noexcept;
    bool ipv6() const noexcept { return ipv6_; }
    bool unspecified() const noexcept;
    bool multicast() const noexcept;
    std::string text() const;

private:
    friend struct socket_address;
    bool ipv6_ = false;
    in6_addr bytes_{};  // an IPv4 address stands in its first four octets
};

// An address and a port, as the kernel takes them. Compared on the media thread.
struct socket_address {
    union {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
    };
    socklen_t size = 0;  // 0: none

    socket_address() noexcept : v6{} {}
    socket_address(const ip_address& ip, std::uint16_t port) noexcept;
    bool empty() const noexcept { return size == 0; }
    std::uint16_t port() const noexcept;
    void set_port(std::uint16_t port) noexcept;
    bool same_ip(const socket_address& other) const noexcept;
    bool operator==(const socket_address& other) const noexcept {
        return same_ip(other) && port() == other.port();
    }
    std::string text() const;  // "192.0.2.1:4000", "[2001:db8::1]:4000"
};

}  // namespace strowger::rtp
