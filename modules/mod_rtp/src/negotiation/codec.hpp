// Codecs as SDP names them (RFC 3551, RFC 8866 6.6). They are passed through, never decoded.
#pragma once

#include "sdp/sdp.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strowger::rtp {

struct codec {
    std::uint8_t payload = 0;
    std::string name;  // "PCMU"
    std::uint32_t rate = 8000;
    std::uint32_t channels = 1;
    std::string format;  // a=fmtp, without the payload number

    bool is_digits() const noexcept;   // telephone-event (RFC 4733)
    bool is_comfort() const noexcept;  // CN (RFC 3389)
    bool is_audio() const noexcept { return !is_digits() && !is_comfort(); }
    bool same_as(const codec& other) const noexcept;  // by name, rate and channels
    std::string text() const;                         // "PCMA/8000"
};
using codecs = std::vector<codec>;

// Those of an m= line, in its order: a=rtpmap, or the static number's meaning. What is neither is
// left out, and so is what does not fit a payload number.
codecs read_codecs(const sdp_media_line& line);
// Adds formats, a=rtpmap and a=fmtp.
void write_codecs(const codecs& list, sdp_media_line& line);
const codec* find_same(const codecs& list, const codec& like) noexcept;

// "PCMU,G722@8000h@20i,opus@48000h" as the profile's codec preferences have it: the words before
// '@', upper or lower case. Unknown names are kept: a peer may offer them.
std::vector<std::string> read_preferences(std::string_view text);
bool preferred(const codec& one, const std::vector<std::string>& preferences) noexcept;
// What is offered to a leg when nothing says otherwise.
codecs default_codecs(const std::vector<std::string>& preferences);

}  // namespace strowger::rtp
