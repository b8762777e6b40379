#include "openssl_ciphers.hpp"

#include "openssl_cipher_vectors.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <new>

// libsrtp's kernel looks for its ciphers by these names. That they are defined here keeps the
// archive's own, and with them NSS, out of the module: NSS leaks 7 KB at every start.
extern "C" {
extern const srtp_cipher_type_t srtp_aes_icm_128, srtp_aes_icm_192, srtp_aes_icm_256;
extern const srtp_cipher_type_t srtp_aes_gcm_128, srtp_aes_gcm_256;
}

namespace strowger::srtp {
namespace {

constexpr int salt_size_cm = 14, salt_size_gcm = 12;

// One keyed cipher. The key schedule stands in OpenSSL's context; a packet sets only the IV.
struct cipher_state {
    EVP_CIPHER_CTX* context = nullptr;
    const EVP_CIPHER* algorithm = nullptr;
    int tag_len = 0;
    bool decrypting = false;
    std::array<std::uint8_t, 16> salt{};  // counter mode: what the IV is combined with
};

struct cipher {
    srtp_cipher_t base;
    cipher_state state;
};

cipher_state& of(void* opaque) { return *static_cast<cipher_state*>(opaque); }

srtp_err_status_t allocate(srtp_cipher_pointer_t* out, int key_len, int tag_len,
                           const srtp_cipher_type_t& type, const EVP_CIPHER* algorithm) {
    auto* made = new (std::nothrow) cipher{};
    if (!made) return srtp_err_status_alloc_fail;
    made->state.context = EVP_CIPHER_CTX_new();
    if (!made->state.context) {
        delete made;
        return srtp_err_status_alloc_fail;
    }
    made->state.algorithm = algorithm;
    made->state.tag_len = tag_len;
    made->base.type = &type;
    made->base.state = &made->state;
    made->base.key_len = key_len;
    made->base.algorithm = static_cast<int>(type.id);
    *out = &made->base;
    return srtp_err_status_ok;
}

srtp_err_status_t release(srtp_cipher_pointer_t which) {
    auto* made = reinterpret_cast<cipher*>(which);
    EVP_CIPHER_CTX_free(made->state.context);  // wipes the key schedule
    OPENSSL_cleanse(&made->state, sizeof made->state);
    delete made;
    return srtp_err_status_ok;
}

// ---- AES counter mode (RFC 3711, 4.1.1) ----

srtp_err_status_t cm_init(void* opaque, const std::uint8_t* key) {
    auto& state = of(opaque);
    auto key_size = static_cast<std::size_t>(EVP_CIPHER_get_key_length(state.algorithm));
    state.salt.fill(0);
    std::memcpy(state.salt.data(), key + key_size, salt_size_cm);
    if (EVP_EncryptInit_ex(state.context, state.algorithm, nullptr, key, state.salt.data()) != 1)
        return srtp_err_status_init_fail;
    return srtp_err_status_ok;
}

srtp_err_status_t cm_set_iv(void* opaque, std::uint8_t* iv, srtp_cipher_direction_t) {
    auto& state = of(opaque);
    std::array<std::uint8_t, 16> counter;
    for (std::size_t i = 0; i < counter.size(); ++i)
        counter[i] = static_cast<std::uint8_t>(state.salt[i] ^ iv[i]);
    if (EVP_EncryptInit_ex(state.context, nullptr, nullptr, nullptr, counter.data()) != 1)
        return srtp_err_status_cipher_fail;
    return srtp_err_status_ok;
}

// Counter mode is its own inverse.
srtp_err_status_t cm_crypt(void* opaque, std::uint8_t* data, unsigned int* size) {
    int written = 0;
    if (EVP_EncryptUpdate(of(opaque).context, data, &written, data, static_cast<int>(*size)) != 1)
        return srtp_err_status_cipher_fail;
    *size = static_cast<unsigned int>(written);
    return srtp_err_status_ok;
}

// ---- AES-GCM (RFC 7714). libsrtp puts the salt into the IV itself. ----

srtp_err_status_t gcm_init(void* opaque, const std::uint8_t* key) {
    auto& state = of(opaque);
    if (EVP_CipherInit_ex(state.context, state.algorithm, nullptr, key, nullptr, 1) != 1)
        return srtp_err_status_init_fail;
    return srtp_err_status_ok;
}

srtp_err_status_t gcm_set_iv(void* opaque, std::uint8_t* iv, srtp_cipher_direction_t way) {
    auto& state = of(opaque);
    if (way != srtp_direction_encrypt && way != srtp_direction_decrypt)
        return srtp_err_status_bad_param;
    state.decrypting = way == srtp_direction_decrypt;
    if (EVP_CipherInit_ex(state.context, nullptr, nullptr, nullptr, iv, state.decrypting ? 0 : 1) !=
        1)
        return srtp_err_status_init_fail;
    return srtp_err_status_ok;
}

srtp_err_status_t gcm_set_aad(void* opaque, const std::uint8_t* aad, std::uint32_t size) {
    int written = 0;
    if (EVP_CipherUpdate(of(opaque).context, nullptr, &written, aad, static_cast<int>(size)) != 1)
        return srtp_err_status_algo_fail;
    return srtp_err_status_ok;
}

srtp_err_status_t gcm_encrypt(void* opaque, std::uint8_t* data, unsigned int* size) {
    int written = 0;
    auto& state = of(opaque);
    if (state.decrypting) return srtp_err_status_bad_param;
    if (*size != 0 &&
        EVP_CipherUpdate(state.context, data, &written, data, static_cast<int>(*size)) != 1)
        return srtp_err_status_cipher_fail;
    return srtp_err_status_ok;
}

srtp_err_status_t gcm_get_tag(void* opaque, std::uint8_t* tag, std::uint32_t* size) {
    auto& state = of(opaque);
    int written = 0;
    std::array<std::uint8_t, 16> nothing;
    if (EVP_CipherFinal_ex(state.context, nothing.data(), &written) != 1)
        return srtp_err_status_cipher_fail;
    if (EVP_CIPHER_CTX_ctrl(state.context, EVP_CTRL_AEAD_GET_TAG, state.tag_len, tag) != 1)
        return srtp_err_status_algo_fail;
    *size = static_cast<std::uint32_t>(state.tag_len);
    return srtp_err_status_ok;
}

srtp_err_status_t gcm_decrypt(void* opaque, std::uint8_t* data, unsigned int* size) {
    auto& state = of(opaque);
    if (!state.decrypting || *size < static_cast<unsigned int>(state.tag_len))
        return srtp_err_status_bad_param;
    auto length = static_cast<int>(*size) - state.tag_len;
    int written = 0;
    std::array<std::uint8_t, 16> nothing;
    if (EVP_CIPHER_CTX_ctrl(state.context, EVP_CTRL_AEAD_SET_TAG, state.tag_len, data + length) !=
            1 ||
        (length != 0 && EVP_CipherUpdate(state.context, data, &written, data, length) != 1))
        return srtp_err_status_cipher_fail;
    if (EVP_CipherFinal_ex(state.context, nothing.data(), &written) != 1)
        return srtp_err_status_auth_fail;
    *size = static_cast<unsigned int>(length);
    return srtp_err_status_ok;
}

srtp_err_status_t allocate_cm_128(srtp_cipher_pointer_t* out, int key_len, int tag_len) {
    if (key_len != 16 + salt_size_cm) return srtp_err_status_bad_param;
    return allocate(out, key_len, tag_len, srtp_aes_icm_128, EVP_aes_128_ctr());
}
srtp_err_status_t allocate_cm_192(srtp_cipher_pointer_t* out, int key_len, int tag_len) {
    if (key_len != 24 + salt_size_cm) return srtp_err_status_bad_param;
    return allocate(out, key_len, tag_len, srtp_aes_icm_192, EVP_aes_192_ctr());
}
srtp_err_status_t allocate_cm_256(srtp_cipher_pointer_t* out, int key_len, int tag_len) {
    if (key_len != 32 + salt_size_cm) return srtp_err_status_bad_param;
    return allocate(out, key_len, tag_len, srtp_aes_icm_256, EVP_aes_256_ctr());
}
bool gcm_tag(int tag_len) { return tag_len == 16 || tag_len == 8; }
srtp_err_status_t allocate_gcm_128(srtp_cipher_pointer_t* out, int key_len, int tag_len) {
    if (key_len != 16 + salt_size_gcm || !gcm_tag(tag_len)) return srtp_err_status_bad_param;
    return allocate(out, key_len, tag_len, srtp_aes_gcm_128, EVP_aes_128_gcm());
}
srtp_err_status_t allocate_gcm_256(srtp_cipher_pointer_t* out, int key_len, int tag_len) {
    if (key_len != 32 + salt_size_gcm || !gcm_tag(tag_len)) return srtp_err_status_bad_param;
    return allocate(out, key_len, tag_len, srtp_aes_gcm_256, EVP_aes_256_gcm());
}

using make_cipher = srtp_err_status_t (*)(srtp_cipher_pointer_t* out, int key_len, int tag_len);

constexpr srtp_cipher_type_t counter_mode(make_cipher make, const char* name,
                                          const srtp_cipher_test_case_t& vector,
                                          srtp_cipher_type_id_t id) {
    return {make,      release, cm_init, nullptr, cm_crypt, cm_crypt,
            cm_set_iv, nullptr, name,    &vector, id};
}
constexpr srtp_cipher_type_t gcm(make_cipher make, const char* name,
                                 const srtp_cipher_test_case_t& vector, srtp_cipher_type_id_t id) {
    return {make,       release,     gcm_init, gcm_set_aad, gcm_encrypt, gcm_decrypt,
            gcm_set_iv, gcm_get_tag, name,     &vector,     id};
}

// libsrtp's switch for its own tracing of a part; the layout is private to it, but every part
// outside the library needs one.
struct debug_module {
    int on;
    const char* name;
};

}  // namespace
}  // namespace strowger::srtp

extern "C" {
using namespace strowger::srtp;
constinit const srtp_cipher_type_t srtp_aes_icm_128 =
    counter_mode(allocate_cm_128, "AES-128 counter mode by OpenSSL", cm_128_case, SRTP_AES_ICM_128);
constinit const srtp_cipher_type_t srtp_aes_icm_192 =
    counter_mode(allocate_cm_192, "AES-192 counter mode by OpenSSL", cm_192_case, SRTP_AES_ICM_192);
constinit const srtp_cipher_type_t srtp_aes_icm_256 =
    counter_mode(allocate_cm_256, "AES-256 counter mode by OpenSSL", cm_256_case, SRTP_AES_ICM_256);
constinit const srtp_cipher_type_t srtp_aes_gcm_128 =
    gcm(allocate_gcm_128, "AES-128-GCM by OpenSSL", gcm_128_case, SRTP_AES_GCM_128);
constinit const srtp_cipher_type_t srtp_aes_gcm_256 =
    gcm(allocate_gcm_256, "AES-256-GCM by OpenSSL", gcm_256_case, SRTP_AES_GCM_256);
constinit debug_module srtp_mod_aes_icm{0, "AES counter mode"};
constinit debug_module srtp_mod_aes_gcm{0, "AES-GCM"};
}

namespace strowger::srtp {

std::span<const srtp_cipher_type_t* const> openssl_cipher_types() noexcept {
    static constexpr std::array<const srtp_cipher_type_t*, 5> types{
        &srtp_aes_icm_128, &srtp_aes_icm_192, &srtp_aes_icm_256, &srtp_aes_gcm_128,
        &srtp_aes_gcm_256};
    return types;
}

}  // namespace strowger::srtp
