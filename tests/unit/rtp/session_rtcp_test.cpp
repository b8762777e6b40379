// RTCP from leg to leg: with RTP on one port or beside it, in the clear and protected.
#include "sessions.hpp"

namespace strowger::rtp::testing {
namespace {

// What a report says about a stream, and where it says it (RFC 3550, 6.4.1 and 6.4.2).
constexpr std::size_t sender_head = 28, receiver_head = 8, block_size = 24;

bytes report(std::uint8_t type, std::size_t head, const phone& from, std::uint8_t mark) {
    bytes made(head + block_size, mark);
    made[0] = 0x81;  // one block
    made[1] = type;
    write_16(made.data() + 2, static_cast<std::uint16_t>(made.size() / 4 - 1));
    write_32(made.data() + 4, from.ssrc());
    return made;
}
bytes sender_report(const phone& from, std::uint32_t timestamp, std::uint8_t mark = 7) {
    auto made = report(200, sender_head, from, mark);
    write_32(made.data() + 16, timestamp);
    return made;
}
bytes receiver_report(const phone& from, std::uint8_t mark = 9) {
    return report(201, receiver_head, from, mark);
}

// A phone's speech as the other one hears it: under our SSRC, its timestamps moved by `shift`.
struct stream_heard {
    std::uint32_t ssrc = 0, shift = 0;
};
stream_heard speaks(phone& from, phone& to, std::uint16_t sequence) {
    from.send(0, sequence, speech(1));
    auto got = to.receive();
    EXPECT_EQ(got.size(), 172U);
    if (got.size() != 172) return {};
    return {read_32(got.data() + 8), read_32(got.data() + 4) - sequence * 160U};
}

// The report as it arrives: about the streams that its receiver knows, otherwise the same. What the
// block says about sequence numbers is not looked at.
bytes arrived(bytes sent, const stream_heard& heard, const phone& to) {
    auto head = sent[1] == 200 ? sender_head : receiver_head;
    write_32(sent.data() + 4, heard.ssrc);
    if (sent[1] == 200) write_32(sent.data() + 16, read_32(sent.data() + 16) + heard.shift);
    write_32(sent.data() + head, to.ssrc());
    write_32(sent.data() + head + 8, 0);
    return sent;
}
bytes without_sequence(bytes got) {
    if (got.size() < receiver_head + block_size) return got;
    write_32(got.data() + (got[1] == 200 ? sender_head : receiver_head) + 8, 0);
    return got;
}

std::uint16_t port_of(const media_session& which) {
    auto text = which.status().local;
    std::uint16_t port = 0;
    EXPECT_TRUE(parse_number(std::string_view(text).substr(text.find(':') + 1), port));
    return port;
}

struct rtcp_sessions : sessions {
    std::unique_ptr<media_session> one, two;

    // Both legs up and joined, each as its phone does RTCP.
    void join(phone& caller, phone& callee) {
        one = answered(caller, caller.sdp());
        variables vars;
        vars.set("rtcp_mux", "true");
        two = media->create(facts(direction::outbound), vars, one.get()).value();
        auto offer = two->create_offer().value();
        EXPECT_NE(offer.find("a=rtcp-mux\r\n"), std::string::npos);
        callee.call(offer);
        ASSERT_TRUE(two->set_remote(callee.sdp(), "tag", sdp_kind::final_answer));
        ASSERT_TRUE(one->join(*two));
        settle();
    }
    void reports_pass(phone& from, phone& to, const stream_heard& heard) {
        for (const auto& sent : {sender_report(from, 1760), receiver_report(from)}) {
            from.send_rtcp(sent);
            EXPECT_EQ(without_sequence(to.receive_rtcp()), arrived(sent, heard, to));
        }
    }
};

TEST_F(rtcp_sessions, reports_pass_both_ways_on_the_port_of_the_speech) {
    join(a, b);
    auto a_at_b = speaks(a, b, 10), b_at_a = speaks(b, a, 500);
    EXPECT_NE(a_at_b.ssrc, a.ssrc());
    reports_pass(a, b, a_at_b);
    EXPECT_EQ(b.heard_from(), port_of(*two));
    reports_pass(b, a, b_at_a);
    EXPECT_EQ(a.heard_from(), port_of(*one));
    // Reports are no speech.
    EXPECT_EQ(one->status().packets_in, 1U);
    EXPECT_EQ(one->status().packets_out, 1U);
    EXPECT_EQ(one->status().not_rtp + two->status().not_rtp, 0U);
}

TEST_F(rtcp_sessions, reports_change_between_that_port_and_the_next) {
    phone old(rtcp_way::separate);
    join(a, old);
    auto a_at_old = speaks(a, old, 10), old_at_a = speaks(old, a, 500);
    reports_pass(a, old, a_at_old);
    EXPECT_EQ(old.heard_from(), port_of(*two) + 1);
    EXPECT_TRUE(old.receive(0).empty());  // nothing among its speech
    reports_pass(old, a, old_at_a);
    EXPECT_EQ(a.heard_from(), port_of(*one));
}

TEST_F(rtcp_sessions, reports_among_the_speech_of_a_leg_that_did_not_agree_to_it_are_dropped) {
    phone old(rtcp_way::separate);
    join(old, b);
    auto heard = speaks(old, b, 10);
    speaks(b, old, 500);
    old.send(sender_report(old, 1));
    EXPECT_TRUE(wait_for([&] { return one->status().not_rtp == 1; }));
    reports_pass(old, b, heard);  // the next thing that b gets
}

TEST_F(rtcp_sessions, a_strangers_reports_are_dropped_and_counted) {
    for (auto way : {rtcp_way::mux, rtcp_way::separate}) {
        phone caller(way), elsewhere(way, "127.0.0.2"), same_host(way);
        join(caller, b);
        for (auto* stranger : {&elsewhere, &same_host}) stranger->call(port_of(*one));
        auto before = one->status().strangers;
        // Before anybody was heard, too.
        elsewhere.send_rtcp(sender_report(elsewhere, 1));
        EXPECT_TRUE(wait_for([&] { return one->status().strangers == before + 1; }));
        auto caller_at_b = speaks(caller, b, 10), b_at_caller = speaks(b, caller, 500);
        reports_pass(caller, b, caller_at_b);
        same_host.send_rtcp(receiver_report(same_host));
        elsewhere.send_rtcp(receiver_report(elsewhere));
        EXPECT_TRUE(wait_for([&] { return one->status().strangers == before + 3; }));
        // They moved nothing, and were passed on to nobody.
        reports_pass(b, caller, b_at_caller);
        reports_pass(caller, b, caller_at_b);
        for (auto* stranger : {&elsewhere, &same_host})
            EXPECT_TRUE(stranger->receive_rtcp(0).empty());
    }
}

TEST_F(rtcp_sessions, an_echo_repeats_no_reports) {
    join(a, b);
    one->echo(true);
    settle();
    a.send_rtcp(sender_report(a, 1));
    a.send(0, 1, speech(5));
    EXPECT_EQ(content_of(a.receive()), speech(5));
    EXPECT_TRUE(b.receive(0).empty());
}

// ---- protected

struct srtcp_sessions : srtp_sessions {
    std::unique_ptr<media_session> one, two;

    void join(phone& secure, phone& plain) {
        keys = protection->create({}).value();  // another phone, other keys
        one = answered_secure(secure);
        two = called(plain, plain.sdp(), one.get());
        ASSERT_TRUE(one->join(*two));
        settle();
    }
    static bytes work_rtcp(packet_transform& with, bytes packet) {
        auto size = packet.size();
        packet.resize(size + packet_transform::overhead);
        packet.resize(with.rtcp(packet.data(), size));
        return packet;
    }
    bytes sealed(const bytes& packet) { return work_rtcp(*crypto->outgoing, packet); }
    bytes opened(const bytes& packet) { return work_rtcp(*crypto->incoming, packet); }
    // The protected phone's speech and the plain one's, each as the other hears it.
    std::pair<stream_heard, stream_heard> both_speak(phone& secure, phone& plain) {
        secure.send(work(*crypto->outgoing, secure.packet(0, 10, speech(1))));
        auto at_plain = plain.receive();
        plain.send(0, 500, speech(2));
        auto at_secure = work(*crypto->incoming, secure.receive());
        EXPECT_EQ(at_plain.size(), 172U);
        EXPECT_EQ(at_secure.size(), 172U);
        if (at_plain.size() != 172 || at_secure.size() != 172) return {};
        return {{read_32(at_plain.data() + 8), read_32(at_plain.data() + 4) - 1600U},
                {read_32(at_secure.data() + 8), read_32(at_secure.data() + 4) - 80000U}};
    }
};

TEST_F(srtcp_sessions, reports_pass_between_a_protected_leg_and_a_plain_one) {
    for (auto way : {rtcp_way::mux, rtcp_way::separate}) {
        phone secure(way), plain(way);
        join(secure, plain);
        auto [secure_at_plain, plain_at_secure] = both_speak(secure, plain);
        for (const auto& sent : {sender_report(secure, 1760), receiver_report(secure)}) {
            secure.send_rtcp(sealed(sent));
            EXPECT_EQ(without_sequence(plain.receive_rtcp()),
                      arrived(sent, secure_at_plain, plain));
        }
        for (const auto& sent : {sender_report(plain, 1760), receiver_report(plain)}) {
            plain.send_rtcp(sent);
            auto got = secure.receive_rtcp();
            // RFC 3711, 3.4: the first eight octets are readable; behind the report stand four
            // with the index and ten that authenticate it.
            ASSERT_EQ(got.size(), sent.size() + 14);
            auto want = arrived(sent, plain_at_secure, secure);
            EXPECT_EQ(bytes(got.begin(), got.begin() + 8), bytes(want.begin(), want.begin() + 8));
            EXPECT_NE(bytes(got.begin() + 8, got.begin() + 32),
                      bytes(want.begin() + 8, want.begin() + 32));
            EXPECT_EQ(without_sequence(opened(got)), want);
        }
        EXPECT_EQ(one->status().unauthentic, 0U);
    }
}

TEST_F(srtcp_sessions, forged_reports_are_dropped_and_counted) {
    join(a, b);
    auto [a_at_b, b_at_a] = both_speak(a, b);
    auto good = sealed(sender_report(a, 1));
    auto forged = good;
    forged[20] ^= 1;
    a.send_rtcp(forged);
    a.send_rtcp(sender_report(a, 2));                    // in the clear
    a.send_rtcp(bytes(good.begin(), good.begin() + 9));  // cut
    EXPECT_TRUE(wait_for([&] { return one->status().unauthentic == 3; }));
    a.send_rtcp(good);
    EXPECT_EQ(without_sequence(b.receive_rtcp()), arrived(sender_report(a, 1), a_at_b, b));
    a.send_rtcp(good);  // replayed
    EXPECT_TRUE(wait_for([&] { return one->status().unauthentic == 4; }));
    EXPECT_TRUE(b.receive(0).empty());
    EXPECT_EQ(one->status().packets_in, 1U);
}

TEST_F(srtcp_sessions, reports_go_where_one_that_authenticated_came_from) {
    phone secure(rtcp_way::separate), moved(rtcp_way::separate, "127.0.0.2");
    join(secure, b);
    both_speak(secure, b);
    moved.call(port_of(*one));
    auto good = sealed(receiver_report(secure));
    auto forged = good;
    forged[20] ^= 1;
    moved.send_rtcp(forged);
    EXPECT_TRUE(wait_for([&] { return one->status().unauthentic == 1; }));
    b.send_rtcp(receiver_report(b));
    EXPECT_FALSE(opened(secure.receive_rtcp()).empty());
    moved.send_rtcp(good);
    EXPECT_FALSE(b.receive_rtcp().empty());
    b.send_rtcp(receiver_report(b));
    EXPECT_FALSE(opened(moved.receive_rtcp()).empty());
    // The speech stays: a phone's reports may come from elsewhere.
    b.send(0, 501, speech(3));
    EXPECT_EQ(content_of(work(*crypto->incoming, secure.receive())), speech(3));
}

}  // namespace
}  // namespace strowger::rtp::testing
