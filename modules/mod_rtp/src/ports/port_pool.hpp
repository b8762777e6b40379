// Pairs of UDP ports, even for RTP and the next one for RTCP (RFC 3550, 11), from the range of
// switch.conf (rtp-start-port, rtp-end-port). Each local address has the whole range.
#pragma once

#include "ports/address.hpp"

#include <strowger/error.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace strowger::rtp {

class port_pool;

// Two bound, non-blocking sockets. Closes them and frees the ports when it goes (control loop).
class port_pair {
public:
    port_pair(std::shared_ptr<port_pool> pool, std::string ip, std::uint16_t port, int rtp,
              int rtcp) noexcept;
    port_pair(const port_pair&) = delete;
    port_pair& operator=(const port_pair&) = delete;
    ~port_pair();
    std::uint16_t port() const noexcept { return port_; }
    int rtp() const noexcept { return rtp_; }
    int rtcp() const noexcept { return rtcp_; }

private:
    std::shared_ptr<port_pool> pool_;
    std::string ip_;
    std::uint16_t port_;
    int rtp_, rtcp_;
};

// Control loop only. Outlived by nothing it hands out: pairs share it.
class port_pool : public std::enable_shared_from_this<port_pool> {
public:
    // The range for pairs opened from now on; those open stay.
    void set_range(std::uint16_t first, std::uint16_t last) noexcept;
    std::uint16_t first() const noexcept { return first_; }
    std::uint16_t last() const noexcept { return last_; }
    // errc::limit_reached: all are taken. errc::io_error: the address is none of this machine's, or
    // the process has no descriptor left.
    result<std::unique_ptr<port_pair>> open(const ip_address& ip);
    std::size_t in_use() const noexcept { return in_use_; }

private:
    friend class port_pair;
    struct per_address {
        std::vector<bool> taken = std::vector<bool>(32768);  // by port / 2
        std::uint32_t next = 0;  // ports rest before they are used again
    };
    void free(const std::string& ip, std::uint16_t port) noexcept;
    std::map<std::string, per_address> addresses_;
    std::uint16_t first_ = 16384, last_ = 32768;
    std::size_t in_use_ = 0;
};

}  // namespace strowger::rtp
