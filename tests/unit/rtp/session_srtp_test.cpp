// Sessions with protected legs.
#include "sessions.hpp"

namespace strowger::rtp::testing {
namespace {

TEST_F(srtp_sessions, a_protected_leg_and_a_plain_one) {
    auto one = answered_secure(a);
    auto two = called(b, b.sdp(), one.get());
    ASSERT_TRUE(one->join(*two));
    settle();
    a.send(work(*crypto->outgoing, a.packet(0, 1, speech(1))));
    EXPECT_EQ(content_of(b.receive()), speech(1));
    b.send(0, 1, speech(2));
    auto sealed = a.receive();
    EXPECT_EQ(sealed.size(), 182U);
    EXPECT_NE(bytes(sealed.begin() + 12, sealed.begin() + 172), speech(2));
    EXPECT_EQ(content_of(work(*crypto->incoming, sealed)), speech(2));
    auto status = one->status();
    EXPECT_TRUE(status.encrypted);
    EXPECT_EQ(status.protocol, "RTP/SAVP");
    EXPECT_EQ(status.keying, "SDES");
    EXPECT_EQ(status.suite, "AES_CM_128_HMAC_SHA1_80");
    EXPECT_FALSE(two->status().encrypted);
    // Keys went over UDP: said once.
    EXPECT_FALSE(ctx.captured.records().empty());
}

TEST_F(srtp_sessions, only_what_authenticates_passes_or_moves_the_stream) {
    auto one = answered_secure(a);
    one->echo(true);
    settle();
    auto good = work(*crypto->outgoing, a.packet(0, 1, speech(1)));
    a.send(0, 5, speech(9));  // in the clear
    auto forged = good;
    forged[30] ^= 1;
    a.send(forged);
    a.send(good);
    EXPECT_FALSE(a.receive().empty());
    a.send(good);  // replayed
    EXPECT_TRUE(wait_for([&] { return one->status().unauthentic == 3; }));
    // The phone's other interface: the keys prove it is the same phone.
    phone moved;
    auto local = one->status().local;
    moved.call(cat("v=0\r\nm=audio ", local.substr(local.find(':') + 1), " RTP/AVP 0\r\n"));
    moved.send(good);
    moved.send(0, 6, speech(9));
    moved.send(work(*crypto->outgoing, a.packet(0, 2, speech(2))));
    EXPECT_EQ(content_of(work(*crypto->incoming, moved.receive())), speech(2));
    EXPECT_EQ(one->status().strangers, 2U);
    EXPECT_TRUE(a.receive(0).empty());
}

TEST_F(srtp_sessions, a_hold_keeps_the_running_keys) {
    auto one = answered_secure(a);
    one->echo(true);
    settle();
    for (std::uint16_t i = 1; i < 4; ++i)
        a.send(work(*crypto->outgoing, a.packet(0, i, speech(1))));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(a.receive().empty());
    ASSERT_TRUE(
        one->set_remote(a.sdp("0", lines(keys->offer().value()), "RTP/SAVP"), "", sdp_kind::offer));
    auto text = one->create_answer().value();
    ASSERT_TRUE(keys->accept(crypto_of(text), ""));
    EXPECT_FALSE(keys->take("").value());
    settle();
    a.send(work(*crypto->outgoing, a.packet(0, 4, speech(4))));
    EXPECT_EQ(content_of(work(*crypto->incoming, a.receive())), speech(4));
}

TEST_F(srtp_sessions, unknown_suites_are_warned_about_and_left_out) {
    auto one = make(direction::outbound, "mandatory:NONSENSE:AEAD_AES_256_GCM");
    EXPECT_EQ(crypto_of(one->create_offer().value()).at(0).value.substr(0, 18),
              "1 AEAD_AES_256_GCM");
    auto two = make(direction::outbound, "mandatory:NONSENSE");
    auto refused = two->create_offer();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::incompatible);
    bool warned = false;
    for (const auto& each : ctx.captured.records())
        warned = warned || each.text.find("\"NONSENSE\"") != std::string::npos;
    EXPECT_TRUE(warned);
    // No key ever gets into the log.
    for (const auto& each : ctx.captured.records())
        EXPECT_EQ(each.text.find("inline:"), std::string::npos);
}

TEST_F(srtp_sessions, a_session_holds_the_module_that_protects_it) {
    EXPECT_EQ(uses.count(), 0);
    auto one = answered_secure(a);
    EXPECT_GT(uses.count(), 0);
    one.reset();
    EXPECT_TRUE(wait_for([&] { return uses.count() == 0; }));
}

}  // namespace
}  // namespace strowger::rtp::testing
