// The packaged libsrtp: bench_srtp_packaged SUITE PACKETS prints
// "protect_ns unprotect_ns offered completed".
#include "measure.hpp"

#include <srtp2/srtp.h>

#include <cstdlib>

namespace {

bool set_policy(const std::string& suite, srtp_policy_t& policy) {
    using setter = void (*)(srtp_crypto_policy_t*);
    const std::pair<const char*, setter> known[] = {
        {"AES_CM_128_HMAC_SHA1_80", srtp_crypto_policy_set_rtp_default},
        {"AES_CM_128_HMAC_SHA1_32", srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32},
        {"AES_256_CM_HMAC_SHA1_80", srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80},
        {"AES_256_CM_HMAC_SHA1_32", srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32},
        {"AEAD_AES_128_GCM", srtp_crypto_policy_set_aes_gcm_128_16_auth},
        {"AEAD_AES_256_GCM", srtp_crypto_policy_set_aes_gcm_256_16_auth}};
    for (const auto& [name, set] : known)
        if (suite == name) {
            set(&policy.rtp);
            set(&policy.rtcp);
            return true;
        }
    return false;
}

srtp_t make_session(const std::string& suite, srtp_ssrc_type_t type) {
    srtp_policy_t policy;
    std::memset(&policy, 0, sizeof policy);
    auto key = bench::key();
    policy.key = key.data();
    policy.ssrc.type = type;
    policy.window_size = 128;
    srtp_t session = nullptr;
    if (!set_policy(suite, policy) || srtp_create(&session, &policy) != srtp_err_status_ok)
        std::exit(2);
    return session;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 || srtp_init() != srtp_err_status_ok) return 2;
    auto out = make_session(argv[1], ssrc_any_outbound),
         in = make_session(argv[1], ssrc_any_inbound);
    auto with = [](srtp_t session, auto* work) {
        return [session, work](std::uint8_t* packet, int size) {
            return work(session, packet, &size) == srtp_err_status_ok ? size : 0;
        };
    };
    auto figures =
        bench::measure(std::atol(argv[2]), with(out, srtp_protect), with(in, srtp_unprotect));
    std::printf("%.1f %.1f %ld %ld\n", figures.protect_ns, figures.unprotect_ns, figures.offered,
                figures.completed);
    srtp_dealloc(out);
    srtp_dealloc(in);
    return 0;
}
