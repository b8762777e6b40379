#include "transport/transport.hpp"

#include <gtest/gtest.h>

namespace strowger::sofia {
namespace {

TEST(mask_secrets, keys_of_sdes_but_not_what_follows_them) {
    EXPECT_EQ(
        mask_secrets(
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJ|2^20|1:4\r\n"
            "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:AAAA|1:1;inline:BBBB|2:1\r\n"
            "a=crypto:3 AEAD_AES_256_GCM INLINE:CCCC=="),
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***|2^20|1:4\r\n"
        "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:***|1:1;inline:***|2:1\r\n"
        "a=crypto:3 AEAD_AES_256_GCM INLINE:***");
}

TEST(mask_secrets, older_ways_to_carry_keys) {
    EXPECT_EQ(mask_secrets("k=clear:secret\na=key-mgmt:mikey AQAFgM0X\nm=audio 1 RTP/AVP 0\n"),
              "k=***\na=key-mgmt:***\nm=audio 1 RTP/AVP 0\n");
}

TEST(mask_secrets, digits_of_info) {
    EXPECT_EQ(mask_secrets("INFO sip:a@b SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\n"
                           "Signal=5\r\nDuration=160\r\n"),
              "INFO sip:a@b SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\n"
              "***\r\n***\r\n");
    EXPECT_EQ(mask_secrets("x: y\r\n\r\nsignal = #\r\n"), "x: y\r\n\r\nsignal =*\r\n");
    EXPECT_EQ(mask_secrets("INFO sip:a@b SIP/2.0\r\nc: application/dtmf;x=1\r\n\r\n7"),
              "INFO sip:a@b SIP/2.0\r\nc: application/dtmf;x=1\r\n\r\n***");
    EXPECT_EQ(mask_secrets("INFO sip:a@b SIP/2.0\r\nc: text/plain\r\n\r\n  Signal = 9\r\n\r\n7"),
              "INFO sip:a@b SIP/2.0\r\nc: text/plain\r\n\r\n***\r\n\r\n***");
}

TEST(mask_secrets, answers_to_a_challenge) {
    EXPECT_EQ(mask_secrets("REGISTER sip:b SIP/2.0\r\n"
                           "Authorization: Digest username=\"1000\", nonce=\"n\", "
                           "response=\"6629fae49393a05397450978507c4ef1\", qop=auth\r\n"
                           "proxy-authorization: Digest response = abc,\r\n response=\"def\"\r\n"
                           "X-Note: response=\"kept\"\r\n\r\n"),
              "REGISTER sip:b SIP/2.0\r\n"
              "Authorization: Digest username=\"1000\", nonce=\"n\", response=\"***\", qop=auth\r\n"
              "proxy-authorization: Digest response = \"***\",\r\n response=\"***\"\r\n"
              "X-Note: response=\"kept\"\r\n\r\n");
    // Whatever lines and quotes it is spread over.
    EXPECT_EQ(
        mask_secrets("Authorization: Digest username=\"a\\\"b\",response\r\n =\r\n\t\"6629\"\r\n"),
        "Authorization: Digest username=\"a\\\"b\",response\r\n =\r\n\t\"***\"\r\n");
    EXPECT_EQ(mask_secrets("Authorization: Digest response=\"66\\\"29\", qop=auth\r\n"),
              "Authorization: Digest response=\"***\", qop=auth\r\n");
}

TEST(mask_secrets, nothing_else_changes_and_cut_text_is_survived) {
    for (std::string text :
         {"", "\r\n", "\n\n", "INVITE sip:a@b SIP/2.0\r\nTo: <sip:a@b>\r\n\r\nv=0\r\n",
          "Authorization:", "Authorization: response", "Authorization: response=", "inline",
          "Signalling=none"})
        EXPECT_EQ(mask_secrets(text), text);
    EXPECT_EQ(mask_secrets("Authorization: response=\"open"), "Authorization: response=\"***\"");
    EXPECT_EQ(mask_secrets("inline:"), "inline:");
}

}  // namespace
}  // namespace strowger::sofia
