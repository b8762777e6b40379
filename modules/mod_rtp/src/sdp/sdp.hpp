// A session description (RFC 8866), as far as audio calls need it: bounded, and safe to feed with
// anything. Key material in it is never logged.
#pragma once

#include <strowger/error.hpp>
#include <strowger/media.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::rtp {

struct sdp_connection {
    bool ipv6 = false;
    std::string address;
};

struct sdp_media_line {
    std::string kind;  // "audio"
    std::uint16_t port = 0;
    std::string protocol;  // "RTP/AVP"
    std::vector<std::string> formats;
    std::optional<sdp_connection> connection;
    std::vector<sdp_attribute> attributes;

    // The value of the first attribute of that name, or nullptr.
    const std::string* find(std::string_view name) const noexcept;
};

struct sdp_description {
    std::string origin;  // the value of o=
    std::optional<sdp_connection> connection;
    std::vector<sdp_attribute> attributes;
    std::vector<sdp_media_line> media;

    const std::string* find(std::string_view name) const noexcept;
};

// Bounds of what is taken: more is errc::limit_reached.
inline constexpr std::size_t largest_sdp = 65536, most_media_lines = 16, most_attributes = 512,
                             most_formats = 64;

// Accepts CRLF and LF. errc::bad_syntax names the line.
result<sdp_description> parse_sdp(std::string_view text);
// The media lines only: the head is the negotiator's.
void print_media(const sdp_media_line& line, std::string& out);
std::string print_connection(const sdp_connection& at);  // "IN IP4 192.0.2.1"

}  // namespace strowger::rtp
