// Packets under every suite: there and back, tampered with, replayed, over the rollover.
#include "suite.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace strowger::srtp::testing {
namespace {

class each_suite : public ::testing::TestWithParam<std::string_view> {
protected:
    const suite& cipher_ = *find_suite(GetParam());
    secret key_ = key_for(cipher_);
    std::shared_ptr<library> kernel_ = kernel();
    std::unique_ptr<packet_transform> out_ = transform_for(kernel_, cipher_, key_, way::protect);
    std::unique_ptr<packet_transform> in_ = transform_for(kernel_, cipher_, key_, way::unprotect);
    std::size_t tag_ = GetParam().starts_with("AEAD") ? 16U
                       : GetParam().ends_with("_32")  ? 4U
                                                      : 10U;
};

TEST_P(each_suite, there_and_back) {
    for (std::uint16_t i = 0; i < 5; ++i) {
        auto packet = rtp_packet(i);
        auto sealed = run(*out_, packet);
        EXPECT_EQ(sealed.size(), packet.size() + tag_);
        EXPECT_NE(to_hex(sealed).substr(24, 320), to_hex(packet).substr(24, 320));
        EXPECT_EQ(to_hex(run(*in_, sealed)), to_hex(packet));
    }
}

TEST_P(each_suite, rtcp_keeps_its_long_tag) {
    auto packet = rtcp_packet();
    auto sealed = run(*out_, packet, kind::rtcp);
    // RFC 4568, 6.2.1: 80 bits, and the 32-bit index (RFC 3711, 3.4).
    EXPECT_EQ(sealed.size(), packet.size() + 4 + (GetParam().starts_with("AEAD") ? 16U : 10U));
    EXPECT_EQ(to_hex(run(*in_, sealed, kind::rtcp)), to_hex(packet));
}

TEST_P(each_suite, tampered_packets_are_dropped) {
    auto sealed = run(*out_, rtp_packet(1));
    for (std::size_t at : {std::size_t{1}, std::size_t{8}, std::size_t{40}, sealed.size() - 1}) {
        auto forged = sealed;
        forged[at] ^= 0x01;
        EXPECT_TRUE(run(*in_, forged).empty()) << at;
    }
    auto cut = sealed;
    cut.pop_back();
    EXPECT_TRUE(run(*in_, cut).empty());
    EXPECT_FALSE(run(*in_, sealed).empty());
}

TEST_P(each_suite, replayed_packets_are_dropped) {
    auto sealed = run(*out_, rtp_packet(7)), control = run(*out_, rtcp_packet(), kind::rtcp);
    EXPECT_FALSE(run(*in_, sealed).empty());
    EXPECT_TRUE(run(*in_, sealed).empty());
    EXPECT_FALSE(run(*in_, control, kind::rtcp).empty());
    EXPECT_TRUE(run(*in_, control, kind::rtcp).empty());
    // One index protects one packet only.
    EXPECT_TRUE(run(*out_, rtp_packet(7)).empty());
}

TEST_P(each_suite, goes_on_over_the_rollover) {
    for (std::uint32_t i = 65500; i < 65600; ++i) {
        auto packet = rtp_packet(static_cast<std::uint16_t>(i));
        ASSERT_EQ(to_hex(run(*in_, run(*out_, packet))), to_hex(packet)) << i;
    }
    // One who joins now lacks the rollover counter: nothing authenticates (RFC 3711, 3.3.1).
    auto late = transform_for(kernel_, cipher_, key_, way::unprotect);
    EXPECT_TRUE(run(*late, run(*out_, rtp_packet(100))).empty());
}

TEST_P(each_suite, another_key_opens_nothing) {
    auto other = transform_for(kernel_, cipher_, key_for(cipher_, 2), way::unprotect);
    EXPECT_TRUE(run(*other, run(*out_, rtp_packet(1))).empty());
}

TEST_P(each_suite, packets_without_a_head_are_dropped) {
    bytes room(64);
    for (std::size_t size = 0; size < 28; ++size) {
        auto copy = room;
        copy[0] = 0x80;
        EXPECT_EQ(in_->rtp(copy.data(), size), 0U) << size;
        copy = room;
        copy[0] = 0x80;
        EXPECT_EQ(in_->rtcp(copy.data(), size), 0U) << size;
    }
    // A header that says 15 sources and an extension, with nothing behind it.
    bytes hostile(44);
    hostile[0] = 0x9f;
    EXPECT_EQ(out_->rtp(hostile.data(), 12), 0U);
}

TEST_P(each_suite, many_sources_do_not_grow_memory_without_bound) {
    auto many = transform_for(kernel_, cipher_, key_, way::protect);
    std::size_t sent = 0, opened = 0;
    for (std::uint32_t ssrc = 1; ssrc <= 200; ++ssrc) {
        auto sealed = run(*many, rtp_packet(1, ssrc));
        sent += !sealed.empty();
        if (!sealed.empty()) opened += !run(*in_, sealed).empty();
    }
    EXPECT_EQ(sent, 64U);
    EXPECT_EQ(opened, 64U);
    EXPECT_FALSE(run(*many, rtp_packet(2, 1)).empty());  // those already known go on
}

INSTANTIATE_TEST_SUITE_P(packets, each_suite,
                         ::testing::Values("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32",
                                           "AES_256_CM_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_32",
                                           "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"));

TEST(suites, names_are_whole_words_in_both_spellings) {
    EXPECT_EQ(find_suite("AES_CM_256_HMAC_SHA1_80"), find_suite("AES_256_CM_HMAC_SHA1_80"));
    EXPECT_EQ(find_suite("aes_cm_128_hmac_sha1_32")->name, "AES_CM_128_HMAC_SHA1_32");
    EXPECT_EQ(find_suite("AEAD_AES_256_GCM_8"), nullptr);
    EXPECT_EQ(find_suite("AES_CM_128"), nullptr);
    EXPECT_EQ(find_suite("AES_CM_128_NULL_AUTH"), nullptr);
    EXPECT_EQ(find_suite(""), nullptr);
}

}  // namespace
}  // namespace strowger::srtp::testing
