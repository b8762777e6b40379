// What a finished handshake says about the far end, and what a failed one means, in words.
#pragma once

#include "transport/flow.hpp"
#include "transport/tls_identity.hpp"

#include <string>
#include <string_view>

namespace strowger::sofia {

// Whether `certificate` belongs to `name`, the domain or IP address of a SIP URI (RFC 5922, 7).
// Only subject alternative names count, and wildcards match nothing.
bool certificate_is_for(X509* certificate, const std::string& name);
// The SIP URIs, DNS names and IP addresses of its subject alternative names.
std::vector<std::string> certificate_names(X509* certificate);

enum class tls_role { server, client };

// After the handshake. `asked`: a certificate was required of the peer and OpenSSL verified its
// chain; `name`: whom we wanted to reach (client only). A wrong name is in `problem`.
tls_peer describe_peer(SSL* ssl, tls_role role, bool asked, const std::string& name);

// Why a handshake failed, for an operator. Reads and clears this thread's OpenSSL error queue.
// `number`: errno after the call that failed.
std::string describe_tls_failure(SSL* ssl, tls_role role, int ssl_error, int number);

}  // namespace strowger::sofia
