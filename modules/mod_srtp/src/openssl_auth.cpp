// SHA-1 is used through its plain functions: the states after the inner and the outer key block are
// kept, so a packet costs two copies of 96 bytes instead of two more compressions (RFC 2104, 4).
#define OPENSSL_SUPPRESS_DEPRECATED

#include "openssl_auth.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <new>

// As the ciphers: the kernel takes this for its own.
extern "C" {
extern const srtp_auth_type_t srtp_hmac;
}

namespace strowger::srtp {
namespace {

struct hmac_state {
    SHA_CTX inner;    // after the key block xor ipad
    SHA_CTX outer;    // after the key block xor opad
    SHA_CTX running;  // the message so far
};

struct hmac {
    srtp_auth_t base;
    hmac_state state;
};

srtp_err_status_t allocate(srtp_auth_pointer_t* out, int key_len, int out_len) {
    if (key_len < 0 || key_len > SHA_DIGEST_LENGTH || out_len < 0 || out_len > SHA_DIGEST_LENGTH)
        return srtp_err_status_bad_param;
    auto* made = new (std::nothrow) hmac{};
    if (!made) return srtp_err_status_alloc_fail;
    made->base.type = &srtp_hmac;
    made->base.state = &made->state;
    made->base.key_len = key_len;
    made->base.out_len = out_len;
    made->base.prefix_len = 0;
    *out = &made->base;
    return srtp_err_status_ok;
}

srtp_err_status_t release(srtp_auth_pointer_t which) {
    auto* made = reinterpret_cast<hmac*>(which);
    OPENSSL_cleanse(made, sizeof *made);
    delete made;
    return srtp_err_status_ok;
}

srtp_err_status_t initialise(void* opaque, const std::uint8_t* key, int key_len) {
    auto& state = *static_cast<hmac_state*>(opaque);
    std::array<std::uint8_t, SHA_CBLOCK> block{};
    if (key_len < 0 || static_cast<std::size_t>(key_len) > block.size())
        return srtp_err_status_bad_param;
    std::memcpy(block.data(), key, static_cast<std::size_t>(key_len));
    for (auto& octet : block) octet ^= 0x36;
    SHA1_Init(&state.inner);
    SHA1_Update(&state.inner, block.data(), block.size());
    for (auto& octet : block) octet ^= 0x36 ^ 0x5c;
    SHA1_Init(&state.outer);
    SHA1_Update(&state.outer, block.data(), block.size());
    state.running = state.inner;
    OPENSSL_cleanse(block.data(), block.size());
    return srtp_err_status_ok;
}

srtp_err_status_t start(void* opaque) {
    auto& state = *static_cast<hmac_state*>(opaque);
    state.running = state.inner;
    return srtp_err_status_ok;
}

srtp_err_status_t update(void* opaque, const std::uint8_t* data, int size) {
    if (size < 0) return srtp_err_status_bad_param;
    SHA1_Update(&static_cast<hmac_state*>(opaque)->running, data, static_cast<std::size_t>(size));
    return srtp_err_status_ok;
}

srtp_err_status_t compute(void* opaque, const std::uint8_t* data, int size, int tag_len,
                          std::uint8_t* tag) {
    if (size < 0 || tag_len < 0 || tag_len > SHA_DIGEST_LENGTH) return srtp_err_status_bad_param;
    auto& state = *static_cast<hmac_state*>(opaque);
    std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest;
    SHA1_Update(&state.running, data, static_cast<std::size_t>(size));
    SHA1_Final(digest.data(), &state.running);
    state.running = state.outer;
    SHA1_Update(&state.running, digest.data(), digest.size());
    SHA1_Final(digest.data(), &state.running);
    std::memcpy(tag, digest.data(), static_cast<std::size_t>(tag_len));
    return srtp_err_status_ok;
}

// RFC 2202, 3, test cases 1 and 2.
constexpr std::uint8_t key_1[20] = {0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
                                    0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b};
constexpr std::uint8_t data_1[] = {'H', 'i', ' ', 'T', 'h', 'e', 'r', 'e'};
constexpr std::uint8_t tag_1[20] = {0xb6, 0x17, 0x31, 0x86, 0x55, 0x05, 0x72, 0x64, 0xe2, 0x8b,
                                    0xc0, 0xb6, 0xfb, 0x37, 0x8c, 0x8e, 0xf1, 0x46, 0xbe, 0x00};
constexpr std::uint8_t key_2[] = {'J', 'e', 'f', 'e'};
constexpr std::uint8_t data_2[] = {'w', 'h', 'a', 't', ' ', 'd', 'o', ' ', 'y', 'a',
                                   ' ', 'w', 'a', 'n', 't', ' ', 'f', 'o', 'r', ' ',
                                   'n', 'o', 't', 'h', 'i', 'n', 'g', '?'};
constexpr std::uint8_t tag_2[20] = {0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74,
                                    0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79};
constexpr srtp_auth_test_case_t case_2{sizeof key_2, key_2, sizeof data_2, data_2,
                                       sizeof tag_2, tag_2, nullptr};
constexpr srtp_auth_test_case_t case_1{sizeof key_1, key_1, sizeof data_1, data_1,
                                       sizeof tag_1, tag_1, &case_2};

// See openssl_ciphers.cpp.
struct debug_module {
    int on;
    const char* name;
};

}  // namespace
}  // namespace strowger::srtp

extern "C" {
using namespace strowger::srtp;
constinit const srtp_auth_type_t srtp_hmac{
    allocate, release,       initialise, compute, update, start, "HMAC-SHA1 by OpenSSL",
    &case_1,  SRTP_HMAC_SHA1};
constinit debug_module srtp_mod_hmac{0, "HMAC-SHA1"};
}

namespace strowger::srtp {

const srtp_auth_type_t& openssl_auth_type() noexcept { return srtp_hmac; }

}  // namespace strowger::srtp
