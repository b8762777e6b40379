#include "ports/port_pool.hpp"

#include <strowger/text.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace strowger::rtp {
namespace {

// A bound socket, or the negative errno.
int bind_socket(const socket_address& at) noexcept {
    int fd = ::socket(at.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    if (at.any.sa_family == AF_INET6) {
        int on = 1;
        ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (::bind(fd, &at.any, at.size) != 0) {
        int why = errno;
        ::close(fd);
        return -why;
    }
    return fd;
}

}  // namespace

port_pair::port_pair(std::shared_ptr<port_pool> pool, std::string ip, std::uint16_t port, int rtp,
                     int rtcp) noexcept
    : pool_(std::move(pool)), ip_(std::move(ip)), port_(port), rtp_(rtp), rtcp_(rtcp) {}

port_pair::~port_pair() {
    ::close(rtp_);
    ::close(rtcp_);
    pool_->free(ip_, port_);
}

void port_pool::set_range(std::uint16_t first, std::uint16_t last) noexcept {
    first_ = first;
    last_ = last;
}

result<std::unique_ptr<port_pair>> port_pool::open(const ip_address& ip) {
    auto name = ip.text();
    auto& address = addresses_[name];
    // Pairs whose two ports are both within the range.
    const std::uint32_t lowest = (first_ + 1U) / 2U, beyond = (last_ + 1U) / 2U;
    for (std::uint32_t tried = 0; lowest + tried < beyond; ++tried) {
        auto pair = lowest + (address.next + tried) % (beyond - lowest);
        if (address.taken[pair]) continue;
        auto port = static_cast<std::uint16_t>(pair * 2);
        int rtp = bind_socket(socket_address(ip, port));
        int rtcp =
            rtp < 0 ? rtp : bind_socket(socket_address(ip, static_cast<std::uint16_t>(port + 1)));
        if (rtcp < 0) {
            if (rtp >= 0) ::close(rtp);
            // Another program has it: the next pair. Anything else fails for every port alike.
            if (rtcp == -EADDRINUSE || rtcp == -EACCES) continue;
            return fail(errc::io_error, cat("no media port on ", name, ": ",
                                            std::string_view(std::strerror(-rtcp))));
        }
        address.taken[pair] = true;
        address.next = pair - lowest + 1;
        ++in_use_;
        return std::make_unique<port_pair>(shared_from_this(), std::move(name), port, rtp, rtcp);
    }
    return fail(errc::limit_reached,
                cat("no media port is free on ", name, ": all of ", first_, " to ", last_,
                    " are taken; widen rtp-start-port and rtp-end-port in switch.conf.xml"));
}

void port_pool::free(const std::string& ip, std::uint16_t port) noexcept {
    auto found = addresses_.find(ip);
    if (found == addresses_.end()) return;
    found->second.taken[port / 2U] = false;
    --in_use_;
}

}  // namespace strowger::rtp
