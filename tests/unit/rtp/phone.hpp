// A phone on the loopback: one UDP socket, SDP that names it, packets.
#pragma once

#include "relay/packet.hpp"
#include "sdp/sdp.hpp"

#include <strowger/text.hpp>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

namespace strowger::rtp::testing {

using bytes = std::vector<std::uint8_t>;

class phone {
public:
    phone() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof any;
        if (::bind(fd_, reinterpret_cast<sockaddr*>(&any), size) != 0 ||
            ::getsockname(fd_, reinterpret_cast<sockaddr*>(&any), &size) != 0)
            throw std::runtime_error("no socket for a phone");
        port_ = ntohs(any.sin_port);
    }
    ~phone() { ::close(fd_); }
    phone(const phone&) = delete;
    phone& operator=(const phone&) = delete;

    std::uint16_t port() const { return port_; }
    std::string sdp(const std::string& formats = "0 101",
                    const std::string& attributes = "a=rtpmap:101 telephone-event/8000\r\n",
                    const std::string& protocol = "RTP/AVP") const {
        return cat(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ",
            port_, ' ', protocol, ' ', formats, "\r\na=rtcp-mux\r\n", attributes);
    }
    // Remembers where to send from the other side's SDP.
    void call(const std::string& text) {
        auto read = parse_sdp(text).value();
        for (const auto& line : read.media)
            if (line.kind == "audio" && line.port != 0) to_ = line.port;
    }
    void send(const bytes& packet) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(to_);
        ::sendto(fd_, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    }
    void send(std::uint8_t payload, std::uint16_t sequence, const bytes& content) {
        send(packet(payload, sequence, content));
    }
    bytes packet(std::uint8_t payload, std::uint16_t sequence, const bytes& content) const {
        bytes made(12);
        made[0] = 0x80;
        made[1] = payload;
        write_16(made.data() + 2, sequence);
        write_32(made.data() + 4, sequence * 160U);
        write_32(made.data() + 8, 0x70000000U + port_);
        made.insert(made.end(), content.begin(), content.end());
        return made;
    }
    // The next packet, or nothing when none came in time.
    bytes receive(int milliseconds = 2000) {
        pollfd waits{fd_, POLLIN, 0};
        if (::poll(&waits, 1, milliseconds) <= 0) return {};
        bytes packet(2048);
        auto got = ::recv(fd_, packet.data(), packet.size(), 0);
        packet.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return packet;
    }

private:
    int fd_;
    std::uint16_t port_ = 0, to_ = 0;
};

inline bytes content_of(const bytes& packet) {
    return packet.size() < 12 ? bytes{} : bytes(packet.begin() + 12, packet.end());
}
inline bytes speech(std::uint8_t value) { return bytes(160, value); }

}  // namespace strowger::rtp::testing
