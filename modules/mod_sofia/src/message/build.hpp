// Building messages. Every text given is checked or escaped: a CR or LF in it makes the function
// fail.
#pragma once

#include "message/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strowger::sofia {

// A response with Via, From, To, Call-ID, CSeq, Record-Route (for dialog-forming ones), and a To
// tag when the request has none and status > 100 (`to_tag` empty: one is made from the request, the
// same each time).
message make_response(const message& request, int status, std::string_view phrase = {},
                      std::string_view to_tag = {});
// The phrase of RFC 3261, 21 (and later RFCs), or "Unknown".
std::string_view status_phrase(int status) noexcept;

struct request_parts {
    std::string method = "OPTIONS";
    std::string request_uri;
    std::vector<std::string> routes;  // Route values, in order, as "<sip:…;lr>"
    std::string from;                 // "\"Name\" <sip:a@b>;tag=…"
    std::string to;
    std::string call_id;
    std::uint32_t cseq = 1;
    std::string contact;  // "<sip:…>", or empty
    int max_forwards = 70;
    std::vector<std::pair<std::string, std::string>> headers;  // others, in order
    std::string content_type;
    std::string body;
};
result<message> make_request(const request_parts& parts);

// Adds a header from its name and value; replaces none. errc::bad_syntax when it is not a valid
// one.
result<void> add_header(message& to, std::string_view name, std::string_view value);
void set_body(message& of, std::string_view content_type, std::string_view body);

std::string new_tag();      // random, 64 bits
std::string new_call_id();  // random, 128 bits
std::string new_branch();   // "z9hG4bK…"
// A quoted string, or the bare token when it is one (RFC 3261, 25.1).
std::string quote_display(std::string_view name);

}  // namespace strowger::sofia
