#include "ports/address.hpp"

#include <strowger/text.hpp>

#include <arpa/inet.h>

#include <cstring>

namespace strowger::rtp {

std::optional<ip_address> ip_address::parse(std::string_view text) noexcept {
    char copy[INET6_ADDRSTRLEN];
    if (text.size() >= sizeof copy) return {};
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    ip_address read;
    if (inet_pton(AF_INET, copy, &read.bytes_) == 1) return read;
    read.ipv6_ = true;
    if (inet_pton(AF_INET6, copy, &read.bytes_) == 1) return read;
    return {};
}

bool ip_address::unspecified() const noexcept {
    for (std::size_t i = 0; i < (ipv6_ ? 16U : 4U); ++i)
        if (bytes_.s6_addr[i] != 0) return false;
    return true;
}

bool ip_address::multicast() const noexcept {
    return ipv6_ ? bytes_.s6_addr[0] == 0xff : bytes_.s6_addr[0] >= 224;
}

std::string ip_address::text() const {
    char out[INET6_ADDRSTRLEN] = "";
    inet_ntop(ipv6_ ? AF_INET6 : AF_INET, &bytes_, out, sizeof out);
    return out;
}

socket_address::socket_address(const ip_address& ip, std::uint16_t to_port) noexcept : v6{} {
    if (ip.ipv6()) {
        v6.sin6_family = AF_INET6;
        v6.sin6_addr = ip.bytes_;
        v6.sin6_port = htons(to_port);
        size = sizeof v6;
    } else {
        v4.sin_family = AF_INET;
        std::memcpy(&v4.sin_addr, &ip.bytes_, sizeof v4.sin_addr);
        v4.sin_port = htons(to_port);
        size = sizeof v4;
    }
}

std::uint16_t socket_address::port() const noexcept {
    if (empty()) return 0;
    return ntohs(any.sa_family == AF_INET6 ? v6.sin6_port : v4.sin_port);
}

void socket_address::set_port(std::uint16_t to) noexcept {
    (any.sa_family == AF_INET6 ? v6.sin6_port : v4.sin_port) = htons(to);
}

bool socket_address::same_ip(const socket_address& other) const noexcept {
    if (empty() || other.empty() || any.sa_family != other.any.sa_family) return false;
    if (any.sa_family == AF_INET6)
        return std::memcmp(&v6.sin6_addr, &other.v6.sin6_addr, sizeof v6.sin6_addr) == 0;
    return v4.sin_addr.s_addr == other.v4.sin_addr.s_addr;
}

std::string socket_address::text() const {
    if (empty()) return {};
    char out[INET6_ADDRSTRLEN] = "";
    if (any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &v6.sin6_addr, out, sizeof out);
        return cat('[', std::string_view(out), "]:", port());
    }
    inet_ntop(AF_INET, &v4.sin_addr, out, sizeof out);
    return cat(std::string_view(out), ':', port());
}

}  // namespace strowger::rtp
