// The parameters of a Digest header field, taken out of sofia-sip's list and unquoted.
#pragma once

#include <sofia-sip/sip.h>

#include <string>
#include <string_view>

namespace strowger::sofia {

struct auth_params {
    std::string username, realm, nonce, uri, response, algorithm, cnonce, opaque, nc, qop;
    bool stale = false;
    bool good = true;  // false: a parameter came twice, or the username is in RFC 8187's form
};

// Only for fields of the Digest scheme: is_digest() says.
bool is_digest(const msg_auth_t* field) noexcept;
auth_params read_auth_params(const msg_auth_t* field);

// `text` with '"' and '\' escaped, in quotes (RFC 3261, 25.1).
std::string quoted(std::string_view text);

// Has a comma list that word? ("auth,auth-int" has "auth".)
bool list_has(std::string_view list, std::string_view word) noexcept;

}  // namespace strowger::sofia
