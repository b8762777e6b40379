// The crypto attribute, line by line.
#include "sdes.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace strowger::srtp::testing {
namespace {

// 30 octets of 0x00…0x1d.
const std::string key_30 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd";
// 46 octets of 0x00…0x2d: padded with two.
const std::string key_46 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ==";
// 28 octets of 0x00…0x1b: padded with two.
const std::string key_28 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw==";

struct good {
    std::string line;
    std::uint32_t tag;
    std::string_view suite;
};
class usable : public ::testing::TestWithParam<good> {};

TEST_P(usable, is_read) {
    auto line = parse_crypto(GetParam().line);
    ASSERT_TRUE(line) << line.error().text;
    EXPECT_EQ(line->tag, GetParam().tag);
    EXPECT_EQ(line->cipher->name, GetParam().suite);
    auto key = line->key.bytes();
    ASSERT_EQ(key.size(), line->cipher->secret_size());
    for (std::size_t i = 0; i < key.size(); ++i) EXPECT_EQ(key[i], i);
}

const std::string cm = " AES_CM_128_HMAC_SHA1_80 inline:" + key_30;
INSTANTIATE_TEST_SUITE_P(
    lines, usable,
    ::testing::Values(
        good{"1" + cm, 1, "AES_CM_128_HMAC_SHA1_80"},
        good{"999999999" + cm, 999999999, "AES_CM_128_HMAC_SHA1_80"},
        good{"1" + cm + "|2^20", 1, "AES_CM_128_HMAC_SHA1_80"},
        good{"1" + cm + "|1048576", 1, "AES_CM_128_HMAC_SHA1_80"},
        good{"1" + cm + " WSH=64", 1, "AES_CM_128_HMAC_SHA1_80"},
        good{"1" + cm + " -SOMETHING=1", 1, "AES_CM_128_HMAC_SHA1_80"},
        good{"1  aes_cm_128_hmac_sha1_80  inline:" + key_30 + "  ", 1, "AES_CM_128_HMAC_SHA1_80"},
        good{"2 AES_256_CM_HMAC_SHA1_80 inline:" + key_46, 2, "AES_256_CM_HMAC_SHA1_80"},
        good{"2 AES_CM_256_HMAC_SHA1_80 inline:" + key_46, 2, "AES_256_CM_HMAC_SHA1_80"},
        good{"2 AES_CM_256_HMAC_SHA1_32 inline:" + key_46.substr(0, 62), 2,
             "AES_256_CM_HMAC_SHA1_32"},
        good{"3 AEAD_AES_128_GCM inline:" + key_28, 3, "AEAD_AES_128_GCM"},
        good{"3 AEAD_AES_128_GCM inline:" + key_28.substr(0, 38), 3, "AEAD_AES_128_GCM"}));

struct bad {
    std::string line;
    errc code;
    std::string_view word;  // that the message says
};
class unusable : public ::testing::TestWithParam<bad> {};

TEST_P(unusable, says_why_and_never_the_key) {
    auto line = parse_crypto(GetParam().line);
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().code, GetParam().code) << line.error().text;
    EXPECT_NE(line.error().text.find(GetParam().word), std::string::npos) << line.error().text;
    EXPECT_EQ(line.error().text.find("AAEC"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    lines, unusable,
    ::testing::Values(
        bad{"", errc::bad_syntax, "tag"}, bad{"1", errc::bad_syntax, "expected"},
        bad{"1 AES_CM_128_HMAC_SHA1_80", errc::bad_syntax, "expected"},
        bad{"x" + cm, errc::bad_syntax, "tag"}, bad{"-1" + cm, errc::bad_syntax, "tag"},
        bad{"1234567890" + cm, errc::bad_syntax, "tag"},
        bad{"1 AES_CM_128_NULL_AUTH inline:" + key_30, errc::unsupported, "suite"},
        bad{"1 AEAD_AES_256_GCM_8 inline:" + key_46, errc::unsupported, "suite"},
        bad{"1 F8_128_HMAC_SHA1_80 inline:" + key_30, errc::unsupported, "suite"},
        bad{"1 AES_CM_128_HMAC_SHA1_80 uri:" + key_30, errc::bad_syntax, "inline"},
        bad{"1 AES_CM_128_HMAC_SHA1_80 inline:", errc::bad_syntax, "base64"},
        bad{"1 AES_CM_128_HMAC_SHA1_80 inline:" + key_30 + "AAAA", errc::bad_syntax, "30"},
        bad{"1 AES_CM_128_HMAC_SHA1_80 inline:" + key_30.substr(1), errc::bad_syntax, "base64"},
        bad{"1 AES_CM_128_HMAC_SHA1_80 inline:" + key_30 + "==", errc::bad_syntax, "base64"},
        bad{"1 AES_CM_128_HMAC_SHA1_80 inline:AAEC*wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd",
            errc::bad_syntax, "base64"},
        bad{"1 AES_256_CM_HMAC_SHA1_80 inline:" + key_30, errc::bad_syntax, "46"},
        // Bits behind the last octet that are not zero.
        bad{"1 AEAD_AES_128_GCM inline:" + key_28.substr(0, 37) + "x==", errc::bad_syntax, "28"},
        bad{"1" + cm + "|2^20|1:4", errc::unsupported, "MKI"},
        bad{"1" + cm + "|1:4", errc::unsupported, "MKI"},
        bad{"1" + cm + "|2^49", errc::bad_syntax, "lifetime"},
        bad{"1" + cm + "|", errc::bad_syntax, "lifetime"},
        bad{"1" + cm + "|0", errc::bad_syntax, "lifetime"},
        bad{"1" + cm + "|2^20|1:4;inline:" + key_30 + "|2^20|2:4", errc::unsupported, "several"},
        bad{"1" + cm + " UNENCRYPTED_SRTP", errc::unsupported, "UNENCRYPTED_SRTP"},
        bad{"1" + cm + " UNENCRYPTED_SRTCP", errc::unsupported, "UNENCRYPTED_SRTCP"},
        bad{"1" + cm + " UNAUTHENTICATED_SRTP", errc::unsupported, "UNAUTHENTICATED_SRTP"},
        bad{"1" + cm + " KDR=1", errc::unsupported, "KDR"},
        bad{"1" + cm + " WSH=10", errc::bad_syntax, "WSH"},
        bad{"1" + cm + " NEW_THING", errc::unsupported, "unknown session parameter"},
        bad{std::string(5000, '1'), errc::bad_syntax, "1024"}));

TEST(printing, is_padded_and_canonical) {
    auto line = parse_crypto("7 AES_CM_256_HMAC_SHA1_80 inline:" + key_46.substr(0, 62) + "|2^31");
    ASSERT_TRUE(line);
    EXPECT_EQ(print_crypto(*line), "7 AES_256_CM_HMAC_SHA1_80 inline:" + key_46);
}

TEST(secrets, are_random_and_of_the_right_size) {
    for (const auto& cipher : all_suites()) {
        auto one = make_secret(cipher), two = make_secret(cipher);
        ASSERT_TRUE(one && two);
        EXPECT_EQ(one->bytes().size(), cipher.secret_size());
        EXPECT_FALSE(*one == *two);
    }
}

}  // namespace
}  // namespace strowger::srtp::testing
