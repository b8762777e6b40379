#include "suite.hpp"

#include <strowger/text.hpp>

#include <srtp2/srtp.h>

#include <array>

namespace strowger::srtp {
namespace {

// The order follows what phones really do: some refuse an INVITE whose first line is not
// AES_CM_128.
constexpr std::array<suite, 6> table{{
    {"AES_CM_128_HMAC_SHA1_80", "", 16, 14, true, srtp_crypto_policy_set_rtp_default,
     srtp_crypto_policy_set_rtp_default},
    {"AEAD_AES_256_GCM", "", 32, 12, true, srtp_crypto_policy_set_aes_gcm_256_16_auth,
     srtp_crypto_policy_set_aes_gcm_256_16_auth},
    {"AEAD_AES_128_GCM", "", 16, 12, true, srtp_crypto_policy_set_aes_gcm_128_16_auth,
     srtp_crypto_policy_set_aes_gcm_128_16_auth},
    {"AES_256_CM_HMAC_SHA1_80", "AES_CM_256_HMAC_SHA1_80", 32, 14, true,
     srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80,
     srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80},
    {"AES_CM_128_HMAC_SHA1_32", "", 16, 14, false, srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32,
     srtp_crypto_policy_set_rtp_default},
    {"AES_256_CM_HMAC_SHA1_32", "AES_CM_256_HMAC_SHA1_32", 32, 14, false,
     srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32,
     srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80},
}};

}  // namespace

std::span<const suite> all_suites() noexcept { return table; }

const suite* find_suite(std::string_view word) noexcept {
    for (const auto& each : table)
        if (iequals(word, each.name) || (!each.alias.empty() && iequals(word, each.alias)))
            return &each;
    return nullptr;
}

std::string suite_names() {
    std::string names;
    for (const auto& each : table) {
        if (!names.empty()) names += ", ";
        names += each.name;
    }
    return names;
}

}  // namespace strowger::srtp
