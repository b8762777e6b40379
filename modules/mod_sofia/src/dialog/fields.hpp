// Values of header fields as strings of our own: what a dialog and a caller profile keep of a
// message. Pure; nothing here fails, a missing field is an empty text.
#pragma once

#include "message/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strowger::sofia {

// A C string that may be nullptr.
inline std::string_view view(const char* text) noexcept {
    return text ? std::string_view(text) : std::string_view{};
}

std::string uri_text(const url_t* uri);
// "\"Name\" <sip:a@b>;param" without the tag.
std::string address_text(const sip_addr_t* of);
// The user part of a URI with its %-escapes undone.
std::string user_text(const url_t* uri);
// A display name without its quotes.
std::string display_text(const char* display);
// Text as the user part of a SIP URI: what may not stand there is escaped (RFC 3261, 25.1).
std::string escape_user(std::string_view user);

// The URI of the first Contact, or empty.
std::string contact_uri(const message& of);
// Record-Route values, "<sip:…;lr>" each: in order, or reversed for the side that sent the request
// (RFC 3261, 12.1.2).
std::vector<std::string> record_routes(const message& of, bool reversed);

// A header that sofia-sip does not know, by name; empty when there is none.
std::string_view unknown_header(const message& of, std::string_view name) noexcept;
// Does a challenge say that only its nonce was old (RFC 7616, 3.3)?
bool is_stale(const msg_auth_t* challenge) noexcept;
// "application/sdp" in lower case, without parameters.
std::string content_type(const message& of);
// The body when it is SDP, else empty.
std::string_view sdp_of(const message& of);

// Host and port of a URI in text ("sip:a@[::1]:5061;x=y" gives "::1", 5061). False: not a SIP URI.
struct uri_target {
    std::string user;  // still escaped
    std::string host;  // without brackets
    std::uint16_t port = 0;
    std::string transport;  // the transport parameter, lower case
    bool secure = false;    // sips:
    bool loose = false;     // ;lr
};
bool split_uri(std::string_view text, uri_target& out);
// "<sip:a@b;lr>;x" gives "sip:a@b;lr".
std::string_view inside_brackets(std::string_view text) noexcept;

}  // namespace strowger::sofia
