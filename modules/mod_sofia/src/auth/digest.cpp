#include "auth/digest.hpp"

#include <strowger/text.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace strowger::sofia {

std::optional<digest_algorithm> digest_algorithm_of(std::string_view name) noexcept {
    if (name.empty() || iequals(name, "MD5")) return digest_algorithm::md5;
    if (iequals(name, "SHA-256")) return digest_algorithm::sha256;
    return std::nullopt;
}

std::string_view to_string(digest_algorithm which) noexcept {
    return which == digest_algorithm::md5 ? "MD5" : "SHA-256";
}

std::string digest_hex(digest_algorithm which, std::string_view bytes) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    const auto* type = which == digest_algorithm::md5 ? EVP_md5() : EVP_sha256();
    if (EVP_Digest(bytes.data(), bytes.size(), out, &length, type, nullptr) != 1) return {};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * length);
    for (unsigned i = 0; i < length; ++i) {
        text.push_back(digits[out[i] >> 4]);
        text.push_back(digits[out[i] & 15]);
    }
    return text;
}

std::string digest_ha1(digest_algorithm which, std::string_view user, std::string_view realm,
                       std::string_view password) {
    return digest_hex(which, cat(user, ':', realm, ':', password));
}

std::string digest_response(digest_algorithm which, const digest_input& in) {
    // RFC 7616, 3.4.3: A2, with the body's hash for auth-int.
    auto a2 = cat(in.method, ':', in.uri);
    if (in.qop == "auth-int") a2 += cat(':', digest_hex(which, in.body));
    auto ha2 = digest_hex(which, a2);
    if (in.qop.empty()) return digest_hex(which, cat(in.ha1, ':', in.nonce, ':', ha2));
    return digest_hex(
        which, cat(in.ha1, ':', in.nonce, ':', in.nc, ':', in.cnonce, ':', in.qop, ':', ha2));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace strowger::sofia
