// Sessions over real loopback sockets and real media threads: plain legs.
#include "sessions.hpp"

namespace strowger::rtp::testing {
namespace {

TEST_F(sessions, relay_maps_payload_numbers_and_keeps_one_stream) {
    auto one = answered(a, a.sdp());
    auto two = called(b, b.sdp("0 97", "a=rtpmap:97 telephone-event/8000\r\n"), one.get());
    ASSERT_TRUE(one->join(*two));
    settle();
    a.send(0, 10, speech(1));
    auto got = b.receive();
    ASSERT_EQ(got.size(), 172U);
    EXPECT_EQ(got[1], 0x80);  // PCMU, and the marker of a beginning
    EXPECT_EQ(content_of(got), speech(1));
    a.send(0, 11, speech(2));
    auto next = b.receive();
    ASSERT_EQ(next.size(), 172U);
    EXPECT_EQ(read_16(next.data() + 2), static_cast<std::uint16_t>(read_16(got.data() + 2) + 1));
    EXPECT_EQ(read_32(next.data() + 4), read_32(got.data() + 4) + 160);
    EXPECT_EQ(read_32(next.data() + 8), read_32(got.data() + 8));
    EXPECT_NE(read_32(got.data() + 8), 0x70000000U + a.port());  // our own SSRC
    b.send(0, 500, speech(3));
    EXPECT_EQ(content_of(a.receive()), speech(3));
    // A digit: 101 here, 97 there.
    a.send(101, 12, {5, 0x8a, 3, 0x20});
    EXPECT_EQ(b.receive()[1] & 0x7f, 97);
    // A payload number nobody agreed on goes nowhere.
    a.send(33, 13, speech(4));
    a.send(0, 14, speech(5));
    EXPECT_EQ(content_of(b.receive()), speech(5));
    auto status = one->status();
    EXPECT_TRUE(status.negotiated);
    EXPECT_FALSE(status.encrypted);
    EXPECT_EQ(status.codec, "PCMU/8000");
    EXPECT_EQ(status.packets_in, 5U);
    EXPECT_EQ(status.packets_out, 1U);
    EXPECT_EQ(status.bytes_out, 172U);
    EXPECT_EQ(status.remote, cat("127.0.0.1:", a.port()));
}

TEST_F(sessions, strangers_and_other_protocols_are_dropped_and_counted) {
    auto one = answered(a, a.sdp());
    one->echo(true);
    settle();
    auto answer_port = one->status().local;
    phone stranger;
    stranger.call(
        cat("v=0\r\nm=audio ", answer_port.substr(answer_port.find(':') + 1), " RTP/AVP 0\r\n"));
    a.send(0, 1, speech(1));
    EXPECT_EQ(content_of(a.receive()), speech(1));
    stranger.send(0, 1, speech(9));
    bytes zrtp(24);
    zrtp[0] = 0x10;
    std::memcpy(zrtp.data() + 4, "ZRTP", 4);
    a.send(zrtp);
    a.send(bytes{1, 2, 3});
    a.send(bytes(1500, 0x16));
    EXPECT_TRUE(wait_for([&] { return one->status().not_rtp == 3; }));
    EXPECT_EQ(one->status().strangers, 1U);
    a.send(0, 2, speech(2));
    EXPECT_EQ(content_of(a.receive()), speech(2));
    EXPECT_TRUE(stranger.receive(0).empty());
}

TEST_F(sessions, digits_are_reported_once) {
    auto one = answered(a, a.sdp());
    one->observe(&at_a);
    for (int i = 0; i < 3; ++i) a.send(101, 5, {4, 0x8a, 3, 0x20});
    a.send(101, 9, {11, 0x8a, 3, 0x20});
    EXPECT_TRUE(wait_for([&] { return at_a.digits == "4#"; })) << at_a.digits;
}

TEST_F(sessions, a_session_may_end_in_its_own_report) {
    struct ends final : media_events {
        void on_digit(char, std::chrono::milliseconds) override { which->reset(); }
        void on_media_timeout() override {}
        std::unique_ptr<media_session>* which = nullptr;
    } observer;
    auto one = answered(a, a.sdp());
    observer.which = &one;
    one->observe(&observer);
    a.send(101, 5, {4, 0x8a, 3, 0x20});
    a.send(101, 9, {5, 0x8a, 3, 0x20});
    EXPECT_TRUE(wait_for([&] { return one == nullptr; }));
}

TEST_F(sessions, tones_come_every_20_ms_in_the_legs_codec) {
    auto one = answered(a, a.sdp("8", ""));
    auto duration = one->play_tones("%(60,0,1000)");
    ASSERT_TRUE(duration);
    EXPECT_EQ(*duration, 60ms);
    settle();  // the media thread is woken by the control loop's next turn
    std::uint16_t last = 0;
    for (int i = 0; i < 3; ++i) {
        auto got = a.receive();
        ASSERT_EQ(got.size(), 172U);
        EXPECT_EQ(got[1] & 0x7f, 8);
        if (i) {
            EXPECT_EQ(read_16(got.data() + 2), static_cast<std::uint16_t>(last + 1));
        }
        last = read_16(got.data() + 2);
    }
    EXPECT_TRUE(a.receive(100).empty());
    EXPECT_EQ(one->play_tones("nonsense").error().code, errc::bad_syntax);
    ASSERT_TRUE(one->play_tones("%(60,0,1000);loops=-1"));
    settle();
    EXPECT_FALSE(a.receive().empty());
    one->stop_playing();
    settle();
    while (!a.receive(0).empty()) {
    }
    EXPECT_TRUE(a.receive(60).empty());
}

TEST_F(sessions, tones_need_g711) {
    auto one = answered(a, a.sdp("9", ""));
    EXPECT_EQ(one->play_tones("%(60,0,1000)").error().code, errc::unsupported);
    auto two = make(direction::inbound);
    EXPECT_EQ(two->play_tones("%(60,0,1000)").error().code, errc::unsupported);
}

TEST_F(sessions, a_held_leg_gets_nothing) {
    auto one = answered(a, a.sdp());
    auto two = called(b, b.sdp(), one.get());
    ASSERT_TRUE(one->join(*two));
    ASSERT_TRUE(one->set_remote(a.sdp("0", "a=sendonly\r\n"), "", sdp_kind::offer));
    EXPECT_EQ(one->remote_direction(), stream_direction::recvonly);
    (void)one->create_answer().value();
    settle();
    b.send(0, 1, speech(1));
    a.send(0, 1, speech(2));  // music on hold goes on
    EXPECT_EQ(content_of(b.receive()), speech(2));
    EXPECT_TRUE(a.receive(30).empty());
    ASSERT_TRUE(one->set_remote(a.sdp("0", ""), "", sdp_kind::offer));
    (void)one->create_answer().value();
    settle();
    b.send(0, 2, speech(3));
    EXPECT_EQ(content_of(a.receive()), speech(3));
}

TEST_F(sessions, leaving_ends_the_relay) {
    auto one = answered(a, a.sdp());
    auto two = called(b, b.sdp(), one.get());
    ASSERT_TRUE(one->join(*two));
    two->leave();
    settle();
    a.send(0, 1, speech(1));
    EXPECT_TRUE(wait_for([&] { return one->status().packets_in == 1; }));
    EXPECT_TRUE(b.receive(30).empty());
    ASSERT_TRUE(two->join(*one));
    two.reset();  // joined ones may end at any time
    settle();
    a.send(0, 2, speech(2));
    EXPECT_TRUE(wait_for([&] { return one->status().packets_in == 2; }));
}

TEST_F(sessions, legs_on_two_media_threads_come_together) {
    ctx.use_media = {first.get()};
    auto one = answered(a, a.sdp());
    ctx.use_media = {second.get()};
    auto two = answered(b, b.sdp());
    ASSERT_TRUE(one->join(*two));
    EXPECT_TRUE(wait_for([&] { return first->load() == 4 && second->load() == 0; }));
    settle();
    a.send(0, 1, speech(1));
    EXPECT_EQ(content_of(b.receive()), speech(1));
    b.send(0, 1, speech(2));
    EXPECT_EQ(content_of(a.receive()), speech(2));
}

TEST_F(sessions, a_leg_that_moves_may_end_or_part_on_the_way) {
    for (int round = 0; round < 3; ++round) {
        ctx.use_media = {first.get()};
        auto one = answered(a, a.sdp());
        ctx.use_media = {second.get()};
        auto two = answered(b, b.sdp());
        ASSERT_TRUE(one->join(*two));
        if (round == 0) two.reset();
        if (round == 1) one.reset();
        if (round == 2) {
            two->leave();
            ctx.run_until([&] { return second->load() == 0 && first->load() == 4; });
            settle();
            a.send(0, 1, speech(1));
            EXPECT_TRUE(b.receive(30).empty());
        }
    }
}

TEST_F(sessions, joining_needs_a_common_codec) {
    auto one = answered(a, a.sdp("0", ""));
    auto two = answered(b, b.sdp("8", ""));
    auto joined = one->join(*two);
    ASSERT_FALSE(joined);
    EXPECT_EQ(joined.error().code, errc::incompatible);
    EXPECT_NE(joined.error().text.find("PCMA/8000"), std::string::npos);
    EXPECT_EQ(one->join(*one).error().code, errc::invalid_argument);
}

TEST_F(sessions, the_offer_carries_what_the_caller_offered_and_the_answer_what_the_callee_took) {
    auto one = make(direction::inbound);
    ASSERT_TRUE(one->set_remote(a.sdp("0 8 9", ""), "", sdp_kind::offer));
    auto two = make(direction::outbound, nullptr, one.get());
    EXPECT_NE(two->create_offer().value().find("RTP/AVP 0 8 9 101"), std::string::npos);
    ASSERT_TRUE(two->set_remote(b.sdp("9", ""), "tag", sdp_kind::final_answer));
    EXPECT_NE(one->create_answer().value().find("RTP/AVP 9\r\n"), std::string::npos);
}

TEST_F(sessions, silence_is_reported_once_and_hold_has_its_own_limit) {
    auto known = facts(direction::inbound);
    known.media_timeout = 100ms;
    auto one = media->create(known, {}, nullptr).value();
    one->observe(&at_a);
    ASSERT_TRUE(one->set_remote(a.sdp(), "", sdp_kind::offer));
    a.call(one->create_answer().value());
    one->established();
    a.send(0, 1, speech(1));
    EXPECT_TRUE(wait_for([&] { return at_a.timeouts == 1; }));
    a.send(0, 2, speech(1));
    EXPECT_TRUE(wait_for([&] { return at_a.timeouts == 2; }));
    ASSERT_TRUE(one->set_remote(a.sdp("0", "a=inactive\r\n"), "", sdp_kind::offer));
    (void)one->create_answer().value();
    EXPECT_FALSE(ctx.run_until([&] { return at_a.timeouts > 2; }, 250ms));
}

// A phone that lost power right after it called sends nothing, and leaves no call behind.
TEST_F(sessions, silence_counts_from_the_answer_on) {
    auto known = facts(direction::inbound);
    known.media_timeout = 100ms;
    auto one = media->create(known, {}, nullptr).value();
    one->observe(&at_a);
    ASSERT_TRUE(one->set_remote(a.sdp(), "", sdp_kind::offer));
    (void)one->create_answer().value();
    EXPECT_FALSE(ctx.run_until([&] { return at_a.timeouts > 0; }, 250ms));  // it may still ring
    one->established();
    EXPECT_TRUE(wait_for([&] { return at_a.timeouts == 1; }));
}

// Two legs of one call whose far ends name each other's port: every packet would go round for ever.
TEST_F(sessions, media_to_a_port_of_ours_are_refused) {
    auto ours = make(direction::inbound);
    ASSERT_TRUE(ours->set_remote(a.sdp(), "", sdp_kind::offer));
    auto text = ours->create_answer().value();
    auto elsewhere = facts(direction::inbound);
    elsewhere.remote_address = "192.0.2.1:5060";
    auto refused =
        media->create(elsewhere, {}, nullptr).value()->set_remote(text, "", sdp_kind::offer);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::incompatible);
    EXPECT_NE(refused.error().text.find("is one of this PBX's own"), std::string::npos);
    // The PBX calls itself: there the other side's port is one of ours.
    EXPECT_TRUE(make(direction::inbound)->set_remote(text, "", sdp_kind::offer));
}

TEST_F(sessions, no_port_free) {
    media->set_ports(1025, 1025);
    auto made = media->create(facts(direction::inbound), {}, nullptr);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, errc::limit_reached);
}

TEST_F(sessions, wrong_addresses_are_refused_in_words) {
    auto known = facts(direction::inbound);
    known.media_ip = "somewhere";
    EXPECT_NE(media->create(known, {}, nullptr).error().text.find("rtp-ip"), std::string::npos);
    known.media_ip = "127.0.0.1";
    known.advertised_media_ip = "2001:db8::1";
    EXPECT_NE(media->create(known, {}, nullptr).error().text.find("ext-rtp-ip"), std::string::npos);
    known.advertised_media_ip = "198.51.100.9";
    auto made = media->create(known, {}, nullptr).value();
    EXPECT_NE(made->create_offer().value().find("c=IN IP4 198.51.100.9\r\n"), std::string::npos);
}

TEST_F(sessions, the_old_variable_is_warned_about_once) {
    variables vars;
    vars.set("sip_secure_media", "true");
    auto one = media->create(facts(direction::inbound), vars, nullptr).value();
    auto two = media->create(facts(direction::inbound), vars, nullptr).value();
    int warnings = 0;
    for (const auto& each : ctx.captured.records())
        warnings += each.text.find("sip_secure_media") != std::string::npos;
    EXPECT_EQ(warnings, 1);
}

}  // namespace
}  // namespace strowger::rtp::testing
