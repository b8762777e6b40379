// A phone on the loopback: one UDP socket or two, SDP that names it, packets.
#pragma once

#include "relay/packet.hpp"
#include "sdp/sdp.hpp"

#include <strowger/text.hpp>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace strowger::rtp::testing {

using bytes = std::vector<std::uint8_t>;

// `separate`: RTCP has a socket of its own on the next port, and the SDP says no a=rtcp-mux.
enum class rtcp_way { mux, separate };

class phone {
public:
    explicit phone(rtcp_way way = rtcp_way::mux, const char* ip = "127.0.0.1") : way_(way) {
        // The next port may be somebody else's: then another pair is tried.
        for (int tries = 0; tries < 100; ++tries) {
            fd_ = open(ip, port_ = 0);
            if (way_ == rtcp_way::mux) return;
            auto next = static_cast<std::uint16_t>(port_ + 1);
            rtcp_fd_ = next ? open(ip, next) : -1;
            if (rtcp_fd_ >= 0) return;
            ::close(fd_);
        }
        throw std::runtime_error("no pair of ports for a phone");
    }
    ~phone() {
        ::close(fd_);
        if (rtcp_fd_ >= 0) ::close(rtcp_fd_);
    }
    phone(const phone&) = delete;
    phone& operator=(const phone&) = delete;

    std::uint16_t port() const { return port_; }
    std::string sdp(const std::string& formats = "0 101",
                    const std::string& attributes = "a=rtpmap:101 telephone-event/8000\r\n",
                    const std::string& protocol = "RTP/AVP") const {
        return cat(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ",
            port_, ' ', protocol, ' ', formats, "\r\n",
            way_ == rtcp_way::mux ? "a=rtcp-mux\r\n" : "", attributes);
    }
    // Remembers where to send from the other side's SDP.
    void call(const std::string& text) {
        auto read = parse_sdp(text).value();
        for (const auto& line : read.media)
            if (line.kind == "audio" && line.port != 0) to_ = line.port;
    }
    // Sends to that port instead of one from SDP.
    void call(std::uint16_t port) { to_ = port; }
    void send(const bytes& packet) { send(fd_, packet, to_); }
    void send_rtcp(const bytes& packet) {
        if (way_ == rtcp_way::mux) return send(fd_, packet, to_);
        send(rtcp_fd_, packet, static_cast<std::uint16_t>(to_ + 1));
    }
    void send(std::uint8_t payload, std::uint16_t sequence, const bytes& content) {
        send(packet(payload, sequence, content));
    }
    std::uint32_t ssrc() const { return 0x70000000U + port_; }
    bytes packet(std::uint8_t payload, std::uint16_t sequence, const bytes& content) const {
        bytes made(12);
        made[0] = 0x80;
        made[1] = payload;
        write_16(made.data() + 2, sequence);
        write_32(made.data() + 4, sequence * 160U);
        write_32(made.data() + 8, ssrc());
        made.insert(made.end(), content.begin(), content.end());
        return made;
    }
    // The next packet, or nothing when none came in time.
    bytes receive(int milliseconds = 2000) { return receive(fd_, milliseconds); }
    bytes receive_rtcp(int milliseconds = 2000) {
        return receive(way_ == rtcp_way::mux ? fd_ : rtcp_fd_, milliseconds);
    }
    // Where the last packet that was received came from.
    std::uint16_t heard_from() const { return heard_from_; }

private:
    // Port 0: any, and `port` then says which. A socket, or -1 when the port is taken.
    static int open(const char* ip, std::uint16_t& port) {
        int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        auto at = address(ip, port);
        socklen_t size = sizeof at;
        if (::bind(fd, reinterpret_cast<sockaddr*>(&at), size) != 0 ||
            ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
            ::close(fd);
            if (port == 0) throw std::runtime_error("no socket for a phone");
            return -1;
        }
        port = ntohs(at.sin_port);
        return fd;
    }
    static sockaddr_in address(const char* ip, std::uint16_t port) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        ::inet_pton(AF_INET, ip, &at.sin_addr);
        return at;
    }
    static void send(int fd, const bytes& packet, std::uint16_t port) {
        auto to = address("127.0.0.1", port);
        ::sendto(fd, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    }
    bytes receive(int fd, int milliseconds) {
        pollfd waits{fd, POLLIN, 0};
        if (::poll(&waits, 1, milliseconds) <= 0) return {};
        bytes packet(2048);
        sockaddr_in from{};
        socklen_t size = sizeof from;
        auto got = ::recvfrom(fd, packet.data(), packet.size(), 0,
                              reinterpret_cast<sockaddr*>(&from), &size);
        heard_from_ = ntohs(from.sin_port);
        packet.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return packet;
    }

    rtcp_way way_;
    int fd_ = -1, rtcp_fd_ = -1;
    std::uint16_t port_ = 0, to_ = 0, heard_from_ = 0;
};

inline bytes content_of(const bytes& packet) {
    return packet.size() < 12 ? bytes{} : bytes(packet.begin() + 12, packet.end());
}
inline bytes speech(std::uint8_t value) { return bytes(160, value); }

}  // namespace strowger::rtp::testing
