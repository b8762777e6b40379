// The ciphers against the RFCs' own numbers.
#include "openssl_auth.hpp"
#include "openssl_ciphers.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace strowger::srtp::testing {
namespace {

const srtp_cipher_type_t& cipher_type(srtp_cipher_type_id_t id) {
    for (const auto* type : openssl_cipher_types())
        if (type->id == id) return *type;
    throw std::runtime_error("no such cipher");
}

// The keystream of AES-CM from an initial IV.
std::string keystream(srtp_cipher_type_id_t id, std::string_view key_and_salt, bytes iv,
                      std::size_t size) {
    const auto& type = cipher_type(id);
    auto key = from_hex(key_and_salt);
    srtp_cipher_pointer_t cipher = nullptr;
    EXPECT_EQ(type.alloc(&cipher, static_cast<int>(key.size()), 0), srtp_err_status_ok);
    EXPECT_EQ(type.init(cipher->state, key.data()), srtp_err_status_ok);
    EXPECT_EQ(type.set_iv(cipher->state, iv.data(), srtp_direction_encrypt), srtp_err_status_ok);
    bytes zeros(size);
    auto length = static_cast<unsigned int>(size);
    EXPECT_EQ(type.encrypt(cipher->state, zeros.data(), &length), srtp_err_status_ok);
    EXPECT_EQ(type.dealloc(cipher), srtp_err_status_ok);
    return to_hex(zeros);
}

constexpr std::string_view master_key = "e1f97a0d3e018be0d64fa32c06de4139";
constexpr std::string_view master_salt = "0ec675ad498afeebb6960b3aabe6";

bytes derivation_iv(std::uint8_t label) {
    bytes iv(16);
    iv[7] = label;  // RFC 3711, 4.3.1: the label stands before the 48-bit index
    return iv;
}

// RFC 3711, B.2: AES-CM test vectors, the first three blocks.
TEST(vectors, rfc3711_b2_keystream) {
    EXPECT_EQ(
        keystream(SRTP_AES_ICM_128, "2b7e151628aed2a6abf7158809cf4f3cf0f1f2f3f4f5f6f7f8f9fafbfcfd",
                  bytes(16), 48),
        "e03ead0935c95e80e166b16dd92b4eb4"
        "d23513162b02d0f72a43a2fe4a5f97ab"
        "41e95b3bb0a2e8dd477901e4fca894c0");
}

// RFC 3711, B.3: key derivation is AES-CM over the label.
TEST(vectors, rfc3711_b3_key_derivation) {
    auto key = std::string(master_key) + std::string(master_salt);
    EXPECT_EQ(keystream(SRTP_AES_ICM_128, key, derivation_iv(0), 16),
              "c61e7a93744f39ee10734afe3ff7a087");
    EXPECT_EQ(keystream(SRTP_AES_ICM_128, key, derivation_iv(2), 14),
              "30cbbc08863d8c85d49db34a9ae1");
    EXPECT_EQ(keystream(SRTP_AES_ICM_128, key, derivation_iv(1), 20),
              "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
}

// RFC 6188, 7.1: AES-256-CM.
TEST(vectors, rfc6188_keystream) {
    EXPECT_EQ(keystream(SRTP_AES_ICM_256,
                        "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98"
                        "f0f1f2f3f4f5f6f7f8f9fafbfcfd",
                        bytes(16), 32),
              "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac");
}

struct gcm_vector {
    srtp_cipher_type_id_t id;
    std::string_view key;
    std::string_view sealed;  // ciphertext and tag
};

class rfc7714 : public ::testing::TestWithParam<gcm_vector> {};

// RFC 7714, 16.1.1 and 16.2.1: the packet, its IV from salt, SSRC, ROC and sequence number.
TEST_P(rfc7714, seals_and_opens) {
    const auto& type = cipher_type(GetParam().id);
    auto key = from_hex(std::string(GetParam().key) + "517569642070726f2071756f");
    auto iv = from_hex("51753c6580c2726f20718414");
    auto aad = from_hex("8040f17b8041f8d35501a0b2");
    const auto plain =
        from_hex("47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573");
    srtp_cipher_pointer_t cipher = nullptr;
    ASSERT_EQ(type.alloc(&cipher, static_cast<int>(key.size()), 16), srtp_err_status_ok);
    ASSERT_EQ(type.init(cipher->state, key.data()), srtp_err_status_ok);

    auto work = plain;
    work.resize(plain.size() + 16);
    auto size = static_cast<unsigned int>(plain.size());
    std::uint32_t tag_size = 16;
    ASSERT_EQ(type.set_iv(cipher->state, iv.data(), srtp_direction_encrypt), srtp_err_status_ok);
    ASSERT_EQ(type.set_aad(cipher->state, aad.data(), 12), srtp_err_status_ok);
    ASSERT_EQ(type.encrypt(cipher->state, work.data(), &size), srtp_err_status_ok);
    ASSERT_EQ(type.get_tag(cipher->state, work.data() + plain.size(), &tag_size),
              srtp_err_status_ok);
    EXPECT_EQ(to_hex(work), GetParam().sealed);

    size = static_cast<unsigned int>(work.size());
    ASSERT_EQ(type.set_iv(cipher->state, iv.data(), srtp_direction_decrypt), srtp_err_status_ok);
    ASSERT_EQ(type.set_aad(cipher->state, aad.data(), 12), srtp_err_status_ok);
    ASSERT_EQ(type.decrypt(cipher->state, work.data(), &size), srtp_err_status_ok);
    work.resize(size);
    EXPECT_EQ(to_hex(work), to_hex(plain));

    auto forged = from_hex(GetParam().sealed);
    forged.back() ^= 1;
    size = static_cast<unsigned int>(forged.size());
    ASSERT_EQ(type.set_iv(cipher->state, iv.data(), srtp_direction_decrypt), srtp_err_status_ok);
    ASSERT_EQ(type.set_aad(cipher->state, aad.data(), 12), srtp_err_status_ok);
    EXPECT_EQ(type.decrypt(cipher->state, forged.data(), &size), srtp_err_status_auth_fail);
    type.dealloc(cipher);
}

INSTANTIATE_TEST_SUITE_P(
    vectors, rfc7714,
    ::testing::Values(
        gcm_vector{SRTP_AES_GCM_128, "000102030405060708090a0b0c0d0e0f",
                   "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
                   "899d7f27beb16a9152cf765ee4390cce"},
        gcm_vector{SRTP_AES_GCM_256,
                   "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                   "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
                   "7aa3db36dfffd6b0f9bb7878d7a76c13"}));

// A whole packet under the keys of RFC 3711, B.3, worked out by its 3.1 and 4.
TEST(vectors, a_whole_packet) {
    auto key = from_hex(std::string(master_key) + std::string(master_salt));
    const auto& cipher = *find_suite("AES_CM_128_HMAC_SHA1_80");
    auto out = transform_for(kernel(), cipher, secret(key), way::protect);
    auto packet = from_hex("800f1234decafbadcafebabe" + std::string(32, 'a'));
    for (std::size_t i = 12; i < packet.size(); ++i) packet[i] = 0xab;
    EXPECT_EQ(to_hex(run(*out, packet)),
              "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
}

// RFC 2202, 3, test case 1.
TEST(vectors, hmac_sha1) {
    const auto& type = openssl_auth_type();
    srtp_auth_pointer_t auth = nullptr;
    ASSERT_EQ(type.alloc(&auth, 20, 10), srtp_err_status_ok);
    bytes key(20, 0x0b);
    ASSERT_EQ(type.init(auth->state, key.data(), 20), srtp_err_status_ok);
    bytes tag(10);
    for (int round = 0; round < 2; ++round) {  // the kept states are not used up
        type.start(auth->state);
        type.update(auth->state, reinterpret_cast<const std::uint8_t*>("Hi "), 3);
        type.compute(auth->state, reinterpret_cast<const std::uint8_t*>("There"), 5, 10,
                     tag.data());
        EXPECT_EQ(to_hex(tag), "b617318655057264e28b");
    }
    type.dealloc(auth);
    EXPECT_EQ(type.alloc(&auth, 20, 21), srtp_err_status_bad_param);
}

}  // namespace
}  // namespace strowger::srtp::testing
