#include "transport/sockets.hpp"

#include <strowger/text.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace strowger::sofia {
namespace {

// Bursts of a few thousand messages wait here while the loop is busy. The kernel may give less.
constexpr int udp_buffer_bytes = 4 * 1024 * 1024;

void set_option(int fd, int level, int name, int value) noexcept {
    ::setsockopt(fd, level, name, &value, sizeof value);
}

std::string advice(int number) {
    switch (number) {
        case EADDRINUSE:
            return "another program or profile uses this port: stop it, or change the port in the "
                   "profile";
        case EADDRNOTAVAIL:
            return "no interface of this machine has this address: change sip-ip in the profile";
        case EACCES:
            return "ports below 1024 need root or CAP_NET_BIND_SERVICE";
        case EMFILE:
        case ENFILE:
            return "no descriptors are left: raise the limit (ulimit -n)";
        default:
            return "see sip-ip and the ports in the profile";
    }
}

error cannot(std::string_view what, const address& at, int number) {
    return fail(errc::io_error, cat("cannot ", what, ' ', to_string(at), ": ", system_text(number),
                                    "; ", advice(number)));
}

unique_fd open_socket(const address& family, int type) noexcept {
    return unique_fd(
        ::socket(family.ip.is_v6() ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int bind_to(int fd, const address& at) noexcept {
    auto raw = to_system(at);
    if (at.ip.is_v6()) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    return ::bind(fd, reinterpret_cast<const sockaddr*>(raw.bytes), raw.length);
}

}  // namespace

unique_fd::~unique_fd() {
    if (fd_ >= 0) ::close(fd_);
}

std::string system_text(int number) { return std::generic_category().message(number); }

result<unique_fd> bind_udp(const address& at) {
    auto fd = open_socket(at, SOCK_DGRAM);
    if (!fd || bind_to(fd.get(), at) != 0) return cannot("open UDP at", at, errno);
    set_option(fd.get(), SOL_SOCKET, SO_RCVBUF, udp_buffer_bytes);
    set_option(fd.get(), SOL_SOCKET, SO_SNDBUF, udp_buffer_bytes);
    // Large messages go out in fragments; without this a path with a small MTU swallows them.
    if (at.ip.is_v4()) set_option(fd.get(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    return fd;
}

result<unique_fd> listen_tcp(const address& at) {
    auto fd = open_socket(at, SOCK_STREAM);
    if (!fd) return cannot("listen at", at, errno);
    set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (bind_to(fd.get(), at) != 0 || ::listen(fd.get(), 1024) != 0)
        return cannot("listen at", at, errno);
    return fd;
}

result<unique_fd> begin_connect(const address& from, const address& to) {
    auto fd = open_socket(to, SOCK_STREAM);
    if (!fd) return cannot("connect to", to, errno);
    if (from.ip.is_v4() == to.ip.is_v4() && !from.ip.is_unspecified()) {
        set_option(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        if (bind_to(fd.get(), address{from.ip, 0}) != 0)
            return cannot("connect from", address{from.ip, 0}, errno);
    }
    auto raw = to_system(to);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(raw.bytes), raw.length) != 0 &&
        errno != EINPROGRESS)
        return fail(errc::unavailable,
                    cat("cannot connect to ", to_string(to), ": ", system_text(errno)));
    return fd;
}

int connect_outcome(int fd) noexcept {
    int number = 0;
    socklen_t length = sizeof number;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length) != 0) return errno;
    return number;
}

void prepare_connection(int fd) noexcept {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 120);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 30);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
    // Data that nobody acknowledges for a minute ends the connection.
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 60000);
}

system_address to_system(const address& where) noexcept {
    system_address out;
    if (where.ip.is_v6()) {
        sockaddr_in6 raw{};
        auto bytes = where.ip.to_v6().to_bytes();
        raw.sin6_family = AF_INET6;
        raw.sin6_port = htons(where.port);
        raw.sin6_scope_id = static_cast<std::uint32_t>(where.ip.to_v6().scope_id());
        std::memcpy(&raw.sin6_addr, bytes.data(), bytes.size());
        std::memcpy(out.bytes, &raw, sizeof raw);
        out.length = sizeof raw;
    } else {
        sockaddr_in raw{};
        raw.sin_family = AF_INET;
        raw.sin_port = htons(where.port);
        raw.sin_addr.s_addr = htonl(where.ip.to_v4().to_uint());
        std::memcpy(out.bytes, &raw, sizeof raw);
        out.length = sizeof raw;
    }
    return out;
}

address from_system(const system_address& where) noexcept {
    sa_family_t family = AF_UNSPEC;
    std::memcpy(&family, where.bytes, sizeof family);
    if (family == AF_INET6) {
        sockaddr_in6 raw;
        std::memcpy(&raw, where.bytes, sizeof raw);
        boost::asio::ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &raw.sin6_addr, bytes.size());
        return {boost::asio::ip::address_v6(bytes, raw.sin6_scope_id), ntohs(raw.sin6_port)};
    }
    sockaddr_in raw;
    std::memcpy(&raw, where.bytes, sizeof raw);
    return {boost::asio::ip::address_v4(ntohl(raw.sin_addr.s_addr)), ntohs(raw.sin_port)};
}

address local_address(int fd) noexcept {
    system_address raw;
    socklen_t length = sizeof raw.bytes;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(raw.bytes), &length) != 0) return {};
    raw.length = length;
    return from_system(raw);
}

}  // namespace strowger::sofia
