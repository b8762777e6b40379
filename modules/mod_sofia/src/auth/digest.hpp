// Digest arithmetic (RFC 7616, 3.4; RFC 2617 for clients without qop). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strowger::sofia {

enum class digest_algorithm { md5, sha256 };

// "MD5", "SHA-256" in any case; an empty name means MD5 (RFC 7616, 3.3). Nothing: not one of ours
// (the -sess variants and SHA-512-256 among them).
std::optional<digest_algorithm> digest_algorithm_of(std::string_view name) noexcept;
std::string_view to_string(digest_algorithm which) noexcept;

// Lower-case hexadecimal; empty when OpenSSL refuses the algorithm (as FIPS mode does MD5).
std::string digest_hex(digest_algorithm which, std::string_view bytes);

// H(A1) of "user:realm:password".
std::string digest_ha1(digest_algorithm which, std::string_view user, std::string_view realm,
                       std::string_view password);

// What a digest is computed over. The texts are borrowed.
struct digest_input {
    std::string_view ha1;
    std::string_view method;
    std::string_view uri;
    std::string_view nonce;
    std::string_view nc;  // eight hexadecimal digits
    std::string_view cnonce;
    std::string_view qop;   // "auth", "auth-int", or empty: as RFC 2069 did
    std::string_view body;  // for auth-int
};
std::string digest_response(digest_algorithm which, const digest_input& in);

// Takes the same time whatever differs; differing lengths are unequal at once.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace strowger::sofia
