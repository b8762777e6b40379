// Who sent this request? Digest, server side (RFC 7616, RFC 8760), without a table of nonces: a
// nonce is an HMAC over time and an index into a fixed ring of nc marks. Control loop only.
#pragma once

#include "message/message.hpp"
#include "transport/flow.hpp"

#include <strowger/context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace strowger::sofia {

struct auth_settings {
    std::string profile;
    bool auth_calls = true;  // challenge INVITE and other dialog-forming requests
    bool accept_blind_registrations = false;
    std::string challenge_realm = "auto_from";  // auto_from, auto_to, or a fixed realm
    std::string force_domain;                   // force-register-domain
    std::chrono::seconds nonce_ttl{60};
    std::vector<std::string> algorithms{"SHA-256", "MD5"};
    // inbound-reg-force-matching-username: who registers for another user is refused.
    bool matching_username = true;
    unsigned max_failures = 5;  // for one user from one source, within a minute: then 403
    std::chrono::milliseconds penalty{1000};  // such a source's answers come this much later
};

enum class auth_outcome {
    accepted,   // user is set
    challenge,  // send `response` (401 or 407), keep nothing
    refused,    // send `response` (403), after `delay`
};

struct auth_decision {
    auth_outcome outcome = auth_outcome::challenge;
    std::shared_ptr<const directory_user> user;  // who it is
    message response;
    std::chrono::milliseconds delay{0};  // before any answer to this source
    std::string reason;                  // for the log: "wrong password"
};

class authenticator {
public:
    virtual ~authenticator();
    // `proxy`: challenge with 407/Proxy-Authenticate (for INVITE and others), else 401 (REGISTER).
    virtual auth_decision check(const message& request, const flow& from, bool proxy) = 0;
};

// Publishes sofia_auth_failure ("CUSTOM" sofia::register_failure in field words) for each failure.
std::unique_ptr<authenticator> make_authenticator(context& core, auth_settings settings);

// Digest, client side.
struct credentials {
    std::string username;
    std::string password;
    std::string realm;  // empty: any realm of the peer
};
// The Authorization or Proxy-Authorization header ({name, value}) that answers the challenges of
// `response` (401 or 407) to `request`; the strongest algorithm we know. `nonce_count` counts uses.
result<std::pair<std::string, std::string>> answer_challenge(
    const message& response, std::string_view method, std::string_view uri, std::string_view body,
    const credentials& who, std::uint32_t nonce_count);

}  // namespace strowger::sofia
