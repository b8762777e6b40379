// Messages as they stand on the wire, written with plain line ends.
#pragma once

#include "message/message.hpp"

#include <string>
#include <string_view>

namespace strowger::sofia {

// Puts CR before each LF.
inline std::string wire(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

// RFC 3261, 24.2, F1.
inline const std::string alice_calls_bob = wire(R"(INVITE sip:bob@biloxi.com SIP/2.0
Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8
Max-Forwards: 70
From: Alice <sip:alice@atlanta.com>;tag=1928301774
To: Bob <sip:bob@biloxi.com>
Call-ID: a84b4c76e66710
CSeq: 314159 INVITE
Contact: <sip:alice@pc33.atlanta.com>
Content-Length: 0

)");

// `text` with one line (that begins so) replaced; an empty replacement takes the line out.
inline std::string with_line(std::string text, std::string_view begins, std::string_view instead) {
    auto at = text.find("\r\n" + std::string(begins));
    auto end = text.find("\r\n", at + 2);
    if (instead.empty()) return text.erase(at, end - at);
    return text.replace(at + 2, end - at - 2, instead);
}

}  // namespace strowger::sofia
