// The crypto suites that SDES can agree on (RFC 4568, 6.2; RFC 6188; RFC 7714, 14).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

struct srtp_crypto_policy_t;  // of libsrtp

namespace strowger::srtp {

struct suite {
    std::string_view name;   // as registered, and as sent
    std::string_view alias;  // the other spelling in use, or empty
    std::size_t key_size;    // octets of the master key
    std::size_t salt_size;   // octets of the master salt
    bool offered;            // offered by default; the others are accepted when a peer offers them
    void (*set_rtp)(srtp_crypto_policy_t*);
    // SRTCP keeps an 80-bit tag for AES-CM suites whose RTP has 32 bits (RFC 4568, 6.2.1).
    void (*set_rtcp)(srtp_crypto_policy_t*);

    std::size_t secret_size() const noexcept { return key_size + salt_size; }
};

// All of them, in the default order of preference.
std::span<const suite> all_suites() noexcept;
// By name or alias, the whole word, ASCII case ignored; nullptr when there is none.
const suite* find_suite(std::string_view word) noexcept;
// "AES_CM_128_HMAC_SHA1_80, AEAD_AES_256_GCM, …", for messages.
std::string suite_names();

}  // namespace strowger::srtp
