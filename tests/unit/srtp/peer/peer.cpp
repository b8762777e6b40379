// The packaged libsrtp with its own ciphers, as an independent peer:
//   packaged_srtp_peer protect|unprotect SUITE KEY rtp|rtcp PACKET…
// Keys and packets are hexadecimal; one line of output for each packet, "-" when it is refused.
#include <srtp2/srtp.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

std::vector<unsigned char> from_hex(const std::string& text) {
    std::vector<unsigned char> bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(
            static_cast<unsigned char>(std::strtoul(text.substr(i, 2).c_str(), nullptr, 16)));
    return bytes;
}

bool set_policy(const std::string& suite, srtp_policy_t& policy) {
    if (suite == "AES_CM_128_HMAC_SHA1_80") {
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
        srtp_crypto_policy_set_rtp_default(&policy.rtcp);
    } else if (suite == "AES_CM_128_HMAC_SHA1_32") {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
        srtp_crypto_policy_set_rtp_default(&policy.rtcp);
    } else if (suite == "AES_256_CM_HMAC_SHA1_80") {
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
    } else if (suite == "AES_256_CM_HMAC_SHA1_32") {
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
    } else if (suite == "AEAD_AES_128_GCM") {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else if (suite == "AEAD_AES_256_GCM") {
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
    } else {
        return false;
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) return 2;
    std::string way = argv[1], kind = argv[4];
    srtp_policy_t policy;
    std::memset(&policy, 0, sizeof policy);
    if (!set_policy(argv[2], policy) || srtp_init() != srtp_err_status_ok) return 2;
    auto key = from_hex(argv[3]);
    key.resize(64);
    policy.key = key.data();
    policy.ssrc.type = way == "protect" ? ssrc_any_outbound : ssrc_any_inbound;
    policy.window_size = 128;
    srtp_t session = nullptr;
    if (srtp_create(&session, &policy) != srtp_err_status_ok) return 2;
    for (int i = 5; i < argc; ++i) {
        auto packet = from_hex(argv[i]);
        int length = static_cast<int>(packet.size());
        packet.resize(packet.size() + 64);
        auto work = way == "protect" ? (kind == "rtp" ? srtp_protect : srtp_protect_rtcp)
                                     : (kind == "rtp" ? srtp_unprotect : srtp_unprotect_rtcp);
        if (work(session, packet.data(), &length) != srtp_err_status_ok) {
            std::puts("-");
            continue;
        }
        for (int at = 0; at < length; ++at) std::printf("%02x", packet[static_cast<unsigned>(at)]);
        std::puts("");
    }
    srtp_dealloc(session);
    return 0;
}
