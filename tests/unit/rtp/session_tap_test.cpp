// Taps: what they hear, what is kept from them, and how they end.
#include "ear.hpp"

#include "session/session.hpp"

namespace strowger::rtp::testing {
namespace {

struct taps : srtp_sessions {
    // Of the module that listens; outlives the engine, and with it every tap.
    inline static use_counter leases;

    bool heard_so_far(const planted& by, std::size_t packets) {
        return wait_for([&] { return by.record->count.load() >= packets; });
    }
};

const char* opus_96 = "a=rtpmap:96 opus/48000/2\r\n";
const char* opus_97 = "a=rtpmap:97 opus/48000/2\r\n";

TEST_F(taps, both_directions_with_the_numbers_of_the_leg) {
    auto one = answered(a, a.sdp("96", opus_96));
    auto two = called(b, b.sdp("97", opus_97), one.get());
    ASSERT_TRUE(one->join(*two));
    auto at_one = plant(*one, leases), at_two = plant(*two, leases);
    ASSERT_TRUE(at_one.taken);
    ASSERT_TRUE(at_two.taken);
    EXPECT_EQ(one->status().taps, 1U);
    settle();
    a.send(96, 1, speech(1));
    EXPECT_EQ(content_of(b.receive()), speech(1));
    b.send(97, 1, {7, 8, 9});
    EXPECT_EQ(content_of(a.receive()), (bytes{7, 8, 9}));
    EXPECT_EQ(at_one.record->all(), "in 96, out 96");
    EXPECT_EQ(at_one.record->content(0), speech(1));
    EXPECT_EQ(at_one.record->content(1), (bytes{7, 8, 9}));
    EXPECT_EQ(at_two.record->all(), "out 97, in 97");
    EXPECT_EQ(at_two.record->content(0), speech(1));
    EXPECT_EQ(at_two.record->content(1), (bytes{7, 8, 9}));
    EXPECT_NE(at_one.record->heard_on, std::this_thread::get_id());
}

TEST_F(taps, a_protected_leg_is_heard_in_the_clear) {
    auto one = answered_secure(a);
    one->echo(true);
    auto by = plant(*one, leases);
    settle();
    auto sealed = work(*crypto->outgoing, a.packet(0, 1, speech(1)));
    auto forged = work(*crypto->outgoing, a.packet(0, 2, speech(2)));
    forged[30] ^= 1;
    a.send(0, 3, speech(3));  // in the clear: nobody says that this is the phone
    a.send(forged);
    a.send(sealed);
    auto back = a.receive();
    EXPECT_NE(bytes(back.begin() + 12, back.begin() + 172), speech(1));
    EXPECT_EQ(content_of(work(*crypto->incoming, back)), speech(1));
    EXPECT_EQ(by.record->all(), "in 0, out 0");
    EXPECT_EQ(by.record->content(0), speech(1));
    EXPECT_EQ(by.record->content(1), speech(1));
}

TEST_F(taps, digits_and_numbers_nobody_agreed_on_are_not_shown) {
    auto one = answered(a, a.sdp());
    auto two = called(b, b.sdp("0 97", "a=rtpmap:97 telephone-event/8000\r\n"), one.get());
    ASSERT_TRUE(one->join(*two));
    one->observe(&at_a);
    auto at_one = plant(*one, leases), at_two = plant(*two, leases);
    settle();
    a.send(101, 1, {5, 0x8a, 3, 0x20});
    EXPECT_EQ(b.receive()[1] & 0x7f, 97);  // it is passed on all the same
    a.send(97, 2, {6, 0x8a, 3, 0x20});     // perhaps a digit of somebody who did not say so
    a.send(0, 3, speech(3));
    EXPECT_EQ(content_of(b.receive()), speech(3));
    EXPECT_TRUE(wait_for([&] { return at_a.digits == "5"; }));
    EXPECT_EQ(at_one.record->all(), "in 0");
    EXPECT_EQ(at_two.record->all(), "out 0");
}

// RFC 3264, 5.1 and 6.1: both sides may give one number different meanings.
TEST(shown_payloads, a_number_that_means_digits_in_one_direction_is_shown_in_none) {
    agreed_stream stream;
    stream.receive = {{0, "PCMU", 8000, 1, ""}, {101, "telephone-event", 8000, 1, "0-15"}};
    stream.send = {{101, "PCMU", 8000, 1, ""}, {13, "CN", 8000, 1, ""}};
    auto settings = settings_for(stream, leg_facts());
    EXPECT_TRUE(settings.shown[0]);
    EXPECT_TRUE(settings.shown[13]);
    EXPECT_FALSE(settings.shown[101]);
    EXPECT_EQ(settings.shown.count(), 2U);
}

TEST_F(taps, rtcp_is_not_shown) {
    auto one = answered(a, a.sdp());
    auto two = called(b, b.sdp(), one.get());
    ASSERT_TRUE(one->join(*two));
    auto at_one = plant(*one, leases), at_two = plant(*two, leases);
    settle();
    a.send(0, 1, speech(1));
    EXPECT_EQ(content_of(b.receive()), speech(1));
    bytes report(8);  // RFC 3550, 6.4.2: a receiver report without blocks
    report[0] = 0x80;
    report[1] = 201;
    report[3] = 1;
    a.send_rtcp(report);
    EXPECT_EQ(b.receive_rtcp().size(), 8U);
    EXPECT_EQ(at_one.record->all(), "in 0");
    EXPECT_EQ(at_two.record->all(), "out 0");
}

// RFC 3550, 5.1 and 5.3.1: contributing sources, a header extension and padding are no payload.
TEST_F(taps, the_payload_only) {
    auto one = answered(a, a.sdp());
    auto by = plant(*one, leases);
    settle();
    auto packet = a.packet(0, 1,
                           {1, 1, 1, 1,        // one contributing source
                            0xbe, 0xde, 0, 1,  // an extension of one word
                            2, 2, 2, 2,        //
                            0x55, 0x56, 0x57,  // the payload
                            0, 0, 3});         // padding
    packet[0] = 0x80 | 0x20 | 0x10 | 1;
    a.send(packet);
    auto lying = a.packet(0, 2, {0xbe, 0xde, 0, 200, 1, 2, 3, 4});
    lying[0] = 0x80 | 0x10;  // an extension longer than the packet
    a.send(lying);
    a.send(0, 3, {});  // no payload at all
    a.send(0, 4, {9});
    ASSERT_TRUE(heard_so_far(by, 2));
    EXPECT_EQ(by.record->all(), "in 0, in 0");
    EXPECT_EQ(by.record->content(0), (bytes{0x55, 0x56, 0x57}));
    EXPECT_EQ(by.record->content(1), bytes{9});
}

TEST_F(taps, strangers_are_not_heard) {
    auto one = answered(a, a.sdp());
    one->echo(true);
    auto by = plant(*one, leases);
    settle();
    a.send(0, 1, speech(1));
    EXPECT_EQ(content_of(a.receive()), speech(1));
    phone stranger;
    auto local = one->status().local;
    std::uint16_t port = 0;
    ASSERT_TRUE(parse_number(std::string_view(local).substr(local.find(':') + 1), port));
    stranger.call(port);
    stranger.send(0, 1, speech(9));
    EXPECT_TRUE(wait_for([&] { return one->status().strangers == 1; }));
    EXPECT_EQ(by.record->all(), "in 0, out 0");
    EXPECT_EQ(by.record->content(1), speech(1));
}

TEST_F(taps, tones_are_what_the_leg_is_sent) {
    auto one = answered(a, a.sdp("8", ""));
    auto by = plant(*one, leases);
    ASSERT_TRUE(one->play_tones("%(40,0,1000)"));
    settle();
    auto one_tone = a.receive(), another = a.receive();
    EXPECT_EQ(by.record->all(), "out 8, out 8");
    ASSERT_EQ(one_tone.size(), 172U);
    EXPECT_EQ(by.record->packets[0].size, 160U);
    EXPECT_EQ(by.record->content(0), content_of(one_tone));
    EXPECT_EQ(by.record->content(1), content_of(another));
}

// The leg that is on hold hears nothing, and what it still says is not for anybody.
TEST_F(taps, a_held_leg_is_not_heard) {
    auto one = answered(a, a.sdp());
    auto two = called(b, b.sdp(), one.get());
    ASSERT_TRUE(one->join(*two));
    auto at_one = plant(*one, leases), at_two = plant(*two, leases);
    ASSERT_TRUE(one->set_remote(a.sdp("0", "a=inactive\r\n"), "", sdp_kind::offer));
    (void)one->create_answer().value();
    settle();
    a.send(0, 1, speech(1));
    b.send(0, 1, speech(2));
    EXPECT_TRUE(
        wait_for([&] { return one->status().packets_in == 1 && two->status().packets_in == 1; }));
    settle();
    EXPECT_EQ(at_one.record->all(), "");
    EXPECT_EQ(at_two.record->all(), "in 0");
    ASSERT_TRUE(one->set_remote(a.sdp("0", ""), "", sdp_kind::offer));
    (void)one->create_answer().value();
    settle();
    a.send(0, 2, speech(3));
    EXPECT_EQ(content_of(b.receive()), speech(3));
    EXPECT_EQ(at_one.record->all(), "in 0");
}

TEST_F(taps, untap_ends_it_on_the_control_loop_once_the_media_thread_has_let_it_go) {
    auto one = answered(a, a.sdp());
    one->echo(true);
    auto stays = plant(*one, leases), goes = plant(*one, leases);
    settle();
    a.send(0, 1, speech(1));
    EXPECT_FALSE(a.receive().empty());
    EXPECT_EQ(leases.count(), 2);
    one->untap(*goes.which);
    EXPECT_EQ(one->status().taps, 1U);
    EXPECT_FALSE(goes.record->gone);  // the media thread may be within it
    EXPECT_TRUE(wait_for([&] { return goes.record->gone.load(); }));
    EXPECT_EQ(goes.record->gone_on, std::this_thread::get_id());
    EXPECT_EQ(goes.record->uses_when_gone, 2);  // its own is returned after its end
    EXPECT_EQ(leases.count(), 1);
    a.send(0, 2, speech(2));
    EXPECT_FALSE(a.receive().empty());
    EXPECT_EQ(goes.record->all(), "in 0, out 0");
    EXPECT_EQ(stays.record->all(), "in 0, out 0, in 0, out 0");
    EXPECT_FALSE(stays.record->gone);
}

TEST_F(taps, whoever_does_not_listen_can_be_taken_away_without_effect) {
    auto one = answered(a, a.sdp()), two = answered(b, b.sdp());
    auto by = plant(*one, leases);
    two->untap(*by.which);
    settle();
    a.send(0, 1, speech(1));
    EXPECT_TRUE(heard_so_far(by, 1));
    EXPECT_EQ(one->status().taps, 1U);
    EXPECT_EQ(one->tap({}).error().code, errc::invalid_argument);
}

TEST_F(taps, four_and_no_more) {
    auto one = answered(a, a.sdp());
    one->echo(true);
    std::vector<planted> all;
    for (int i = 0; i < 4; ++i) {
        all.push_back(plant(*one, leases));
        ASSERT_TRUE(all.back().taken);
    }
    auto fifth = plant(*one, leases);
    ASSERT_FALSE(fifth.taken);
    EXPECT_EQ(fifth.taken.error().code, errc::limit_reached);
    EXPECT_TRUE(fifth.record->gone);
    EXPECT_EQ(leases.count(), 4);
    EXPECT_EQ(one->status().taps, 4U);
    // At once, without waiting: the orders take effect one after the other.
    one->untap(*all[1].which);
    auto another = plant(*one, leases);
    ASSERT_TRUE(another.taken);
    settle();
    a.send(0, 1, speech(1));
    EXPECT_FALSE(a.receive().empty());
    for (auto* each : {&all[0], &all[2], &all[3], &another})
        EXPECT_EQ(each->record->all(), "in 0, out 0");
    EXPECT_EQ(all[1].record->all(), "");
    for (auto* each : {&all[3], &all[0], &another, &all[2]}) one->untap(*each->which);
    EXPECT_EQ(one->status().taps, 0U);
    EXPECT_TRUE(wait_for([&] { return leases.count() == 0; }));
    a.send(0, 2, speech(2));
    EXPECT_FALSE(a.receive().empty());
    EXPECT_EQ(another.record->all(), "in 0, out 0");
}

TEST_F(taps, the_sessions_end_is_theirs) {
    auto one = answered(a, a.sdp());
    auto two = called(b, b.sdp(), one.get());
    ASSERT_TRUE(one->join(*two));
    auto first_one = plant(*one, leases), second_one = plant(*one, leases);
    settle();
    a.send(0, 1, speech(1));
    EXPECT_FALSE(b.receive().empty());
    one.reset();
    EXPECT_FALSE(first_one.record->gone);
    EXPECT_TRUE(wait_for([&] { return leases.count() == 0; }));
    for (auto* each : {&first_one, &second_one}) {
        EXPECT_TRUE(each->record->gone);
        EXPECT_EQ(each->record->gone_on, std::this_thread::get_id());
        EXPECT_EQ(each->record->all(), "in 0");
    }
}

TEST_F(taps, a_session_may_end_before_its_tap_has_arrived) {
    auto one = answered(a, a.sdp());
    settle();
    auto by = plant(*one, leases);
    one.reset();
    EXPECT_TRUE(wait_for([&] { return leases.count() == 0; }));
    EXPECT_EQ(by.record->gone_on, std::this_thread::get_id());
}

TEST_F(taps, they_move_with_the_leg) {
    for (int round = 0; round < 3; ++round) {
        ctx.use_media = {first.get()};
        auto one = answered(a, a.sdp());
        ctx.use_media = {second.get()};
        auto two = answered(b, b.sdp());
        auto before = plant(*two, leases);
        settle();
        b.send(0, 1, speech(1));
        ASSERT_TRUE(heard_so_far(before, 1));
        auto there = before.record->heard_on;
        ASSERT_TRUE(one->join(*two));  // two is on its way
        auto meanwhile = plant(*two, leases);
        if (round == 0) {
            EXPECT_TRUE(wait_for([&] { return first->load() == 4 && second->load() == 0; }));
            settle();
            b.send(0, 2, speech(2));
            EXPECT_EQ(content_of(a.receive()), speech(2));
            EXPECT_EQ(before.record->all(), "in 0, in 0");
            EXPECT_NE(before.record->heard_on, there);
            EXPECT_EQ(meanwhile.record->all(), "in 0");
        }
        if (round == 1) {
            two->untap(*before.which);
            EXPECT_TRUE(wait_for([&] { return before.record->gone.load(); }));
            EXPECT_FALSE(meanwhile.record->gone);
        }
        two.reset();
        EXPECT_TRUE(wait_for([&] { return leases.count() == 0; }));
        for (auto* each : {&before, &meanwhile})
            EXPECT_EQ(each->record->gone_on, std::this_thread::get_id());
    }
}

}  // namespace
}  // namespace strowger::rtp::testing
