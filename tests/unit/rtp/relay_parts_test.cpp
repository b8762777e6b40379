// The pure parts of the relay: latch, rewriter, digits, RTCP, packet classes.
#include "relay/digits.hpp"
#include "relay/latch.hpp"
#include "relay/packet.hpp"
#include "relay/rewriter.hpp"
#include "relay/rtcp.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace strowger::rtp::testing {
namespace {

using bytes = std::vector<std::uint8_t>;

socket_address at(const char* ip, std::uint16_t port) {
    return socket_address(*ip_address::parse(ip), port);
}

// ---- latch

TEST(latching, the_signalled_address_is_taken_at_once) {
    latch one;
    one.expect(at("192.0.2.1", 4000), at("192.0.2.1", 0));
    EXPECT_EQ(one.target(), at("192.0.2.1", 4000));
    EXPECT_TRUE(one.admits(at("192.0.2.1", 4000)));
    EXPECT_FALSE(one.admits(at("192.0.2.1", 4002)));
    EXPECT_FALSE(one.admits(at("203.0.113.9", 4000)));
    EXPECT_EQ(one.target(), at("192.0.2.1", 4000));
}

TEST(latching, a_stranger_is_never_followed_even_when_first) {
    latch one;
    one.expect(at("192.0.2.1", 4000), at("192.0.2.1", 0));
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(one.admits(at("203.0.113.9", 4000)));
    EXPECT_TRUE(one.admits(at("192.0.2.1", 4000)));
}

TEST(latching, a_phone_behind_nat_is_found_by_its_signalling) {
    latch one;
    one.expect(at("10.0.0.5", 4000), at("198.51.100.7", 0));
    EXPECT_TRUE(one.admits(at("198.51.100.7", 61000)));
    EXPECT_EQ(one.target(), at("198.51.100.7", 61000));
    // Another port of that host is somebody else behind the same NAT.
    EXPECT_FALSE(one.admits(at("198.51.100.7", 61002)));
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(one.admits(at("198.51.100.7", 61000)));
    // Settled: the signalled address cannot take it back.
    EXPECT_FALSE(one.admits(at("10.0.0.5", 4000)));
}

TEST(latching, the_signalled_address_wins_among_the_first_packets) {
    latch one;
    one.expect(at("192.0.2.1", 4000), at("198.51.100.7", 0));
    EXPECT_TRUE(one.admits(at("198.51.100.7", 61000)));
    EXPECT_TRUE(one.admits(at("192.0.2.1", 4000)));
    EXPECT_EQ(one.target(), at("192.0.2.1", 4000));
    EXPECT_FALSE(one.admits(at("198.51.100.7", 61000)));
}

TEST(latching, a_new_address_begins_anew_and_the_same_does_not) {
    latch one;
    one.expect(at("10.0.0.5", 4000), at("198.51.100.7", 0));
    for (int i = 0; i < latch::probation; ++i) EXPECT_TRUE(one.admits(at("198.51.100.7", 61000)));
    one.expect(at("10.0.0.5", 4000), at("198.51.100.7", 0));  // a hold and a resume
    one.expect(socket_address(), at("198.51.100.7", 0));      // the old hold: 0.0.0.0
    EXPECT_EQ(one.target(), at("198.51.100.7", 61000));
    EXPECT_FALSE(one.admits(at("10.0.0.5", 4000)));
    one.expect(at("10.0.0.6", 4000), at("198.51.100.7", 0));
    EXPECT_EQ(one.target(), at("10.0.0.6", 4000));
    EXPECT_FALSE(one.admits(at("10.0.0.5", 4000)));
    EXPECT_TRUE(one.admits(at("10.0.0.6", 4000)));
}

TEST(latching, a_protected_stream_follows_what_authenticated) {
    latch one;
    one.expect(at("192.0.2.1", 4000), at("192.0.2.1", 0));
    EXPECT_FALSE(one.is_current(at("203.0.113.9", 1000)));
    one.authenticated(at("203.0.113.9", 1000));
    EXPECT_EQ(one.target(), at("203.0.113.9", 1000));
}

TEST(latching, works_with_ipv6) {
    latch one;
    one.expect(at("2001:db8::1", 4000), at("2001:db8::2", 0));
    EXPECT_FALSE(one.admits(at("192.0.2.1", 4000)));
    EXPECT_TRUE(one.admits(at("2001:db8::2", 9)));
    EXPECT_EQ(one.target().text(), "[2001:db8::2]:9");
}

// ---- rewriter

bytes packet(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc) {
    bytes made(12);
    made[0] = 0x80;
    write_16(made.data() + 2, sequence);
    write_32(made.data() + 4, timestamp);
    write_32(made.data() + 8, ssrc);
    return made;
}
struct header {
    std::uint16_t sequence;
    std::uint32_t timestamp, ssrc;
    bool marker;
    bool operator==(const header&) const = default;
};
constexpr std::uint64_t ms = 1'000'000;

struct rewriting : ::testing::Test {
    rewriter out{0xaabbccdd, 100, 5000};
    int leg_a = 0, leg_b = 0;
    std::uint32_t rate = 8000;
    header run(const void* source, bytes from, std::uint64_t now_ns) {
        out.rewrite(from.data(), source, rate, now_ns);
        return {read_16(from.data() + 2), read_32(from.data() + 4), read_32(from.data() + 8),
                (from[1] & 0x80) != 0};
    }
};

TEST_F(rewriting, one_source_keeps_its_steps) {
    EXPECT_EQ(run(&leg_a, packet(65535, 90000, 7), 0), (header{101, 5000, 0xaabbccdd, true}));
    EXPECT_EQ(run(&leg_a, packet(0, 90160, 7), 20 * ms), (header{102, 5160, 0xaabbccdd, false}));
    // Lost on the way here stays lost on the way out; out of order stays out of order.
    EXPECT_EQ(run(&leg_a, packet(3, 90640, 7), 80 * ms), (header{105, 5640, 0xaabbccdd, false}));
    EXPECT_EQ(run(&leg_a, packet(2, 90480, 7), 80 * ms), (header{104, 5480, 0xaabbccdd, false}));
    EXPECT_EQ(run(&leg_a, packet(4, 90800, 7), 100 * ms), (header{106, 5800, 0xaabbccdd, false}));
}

TEST_F(rewriting, a_change_of_source_goes_on_where_the_other_ended) {
    run(&leg_a, packet(10, 1000, 7), 0);
    // 100 ms of nothing are 800 ticks.
    EXPECT_EQ(run(&leg_b, packet(5000, 77, 9), 100 * ms), (header{102, 5800, 0xaabbccdd, true}));
    EXPECT_EQ(run(&leg_b, packet(5001, 237, 9), 120 * ms), (header{103, 5960, 0xaabbccdd, false}));
    // The same leg with a new SSRC is a new source too.
    EXPECT_EQ(run(&leg_b, packet(9, 0, 10), 140 * ms), (header{104, 6120, 0xaabbccdd, true}));
    // And one that begins again without telling.
    EXPECT_EQ(run(&leg_b, packet(30000, 0, 10), 160 * ms), (header{105, 6280, 0xaabbccdd, true}));
}

TEST_F(rewriting, a_change_of_source_passes_time_in_the_codecs_clock) {
    rate = 48000;  // RFC 7587, 4.1: Opus, whatever it samples
    run(&leg_a, packet(10, 1000, 7), 0);
    // 100 ms of nothing are 4800 ticks, and 20 ms, the least there is, 960.
    EXPECT_EQ(run(&leg_b, packet(5000, 77, 9), 100 * ms), (header{102, 9800, 0xaabbccdd, true}));
    EXPECT_EQ(run(&leg_b, packet(5001, 1037, 9), 120 * ms),
              (header{103, 10760, 0xaabbccdd, false}));
    EXPECT_EQ(run(&leg_b, packet(9, 0, 10), 120 * ms), (header{104, 11720, 0xaabbccdd, true}));
    // An hour, the most there is, does not run over: 48000 * 3600 ticks.
    EXPECT_EQ(run(&leg_a, packet(70, 0, 7), 7'200'000 * ms),
              (header{105, 172'811'720, 0xaabbccdd, true}));
}

// ---- digits

struct digits : ::testing::Test {
    digit_receiver in;
    std::string got;
    std::uint32_t last_ms = 0;
    void take(std::optional<received_digit> digit) {
        if (!digit) return;
        got += digit->digit;
        last_ms = digit->milliseconds;
    }
    void event(int number, std::uint32_t timestamp, std::uint16_t duration, bool end) {
        bytes payload{
            static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(end ? 0x8a : 0x0a),
            static_cast<std::uint8_t>(duration >> 8), static_cast<std::uint8_t>(duration & 255)};
        take(in.packet(payload.data(), payload.size(), timestamp, 8000));
    }
};

TEST_F(digits, each_is_reported_once_at_its_end) {
    event(5, 1000, 160, false);
    event(5, 1000, 320, false);
    EXPECT_EQ(got, "");
    for (int i = 0; i < 3; ++i) event(5, 1000, 800, true);  // RFC 4733, 2.5.1.4: three times
    EXPECT_EQ(got, "5");
    EXPECT_EQ(last_ms, 100U);
    for (int i = 0; i < 100; ++i) take(in.tick());
    EXPECT_EQ(got, "5");
}

TEST_F(digits, one_whose_end_is_lost_ends_with_the_next_or_by_time) {
    event(1, 1000, 160, false);
    event(10, 3000, 160, false);
    EXPECT_EQ(got, "1");
    for (int i = 0; i < digit_receiver::patience - 1; ++i) take(in.tick());
    EXPECT_EQ(got, "1");
    take(in.tick());
    EXPECT_EQ(got, "1*");
}

TEST_F(digits, all_sixteen_have_their_names) {
    for (int i = 0; i < 16; ++i) event(i, static_cast<std::uint32_t>(1000 + i * 1000), 800, true);
    EXPECT_EQ(got, "0123456789*#ABCD");
}

TEST_F(digits, late_and_strange_packets_change_nothing) {
    event(1, 5000, 800, true);
    event(2, 7000, 160, false);
    event(1, 5000, 800, true);   // a repetition that came late
    event(16, 9000, 800, true);  // a flash hook is no digit
    bytes cut{3, 0x80};
    take(in.packet(cut.data(), cut.size(), 9500, 8000));
    event(2, 7000, 800, true);
    EXPECT_EQ(got, "12");
}

TEST_F(digits, the_same_digit_twice_is_two) {
    event(7, 1000, 800, true);
    event(7, 1000, 800, true);
    event(7, 3000, 800, true);
    EXPECT_EQ(got, "77");
}

// ---- RTCP

TEST(rtcp, reports_say_the_names_the_receiver_knows) {
    bytes compound(28 + 24 + 16 + 8);
    auto* sr = compound.data();
    sr[0] = 0x81;
    sr[1] = 200;
    write_16(sr + 2, 12);
    write_32(sr + 4, 1);            // its SSRC
    write_32(sr + 16, 1000);        // RTP timestamp
    write_32(sr + 28, 2);           // the one it reports on
    write_32(sr + 36, 0x00030005);  // the highest sequence number it received, with its cycles
    auto* sdes = sr + 52;
    sdes[0] = 0x81;
    sdes[1] = 202;
    write_16(sdes + 2, 3);
    write_32(sdes + 4, 1);
    auto* bye = sdes + 16;
    bye[0] = 0x81;
    bye[1] = 203;
    write_16(bye + 2, 1);
    ASSERT_EQ(rewrite_rtcp(compound.data(), compound.size(), {0x11, 0x22, 500, 10}), 68U);
    EXPECT_EQ(read_32(sr + 4), 0x11U);
    EXPECT_EQ(read_32(sr + 16), 1500U);
    EXPECT_EQ(read_32(sr + 28), 0x22U);
    EXPECT_EQ(read_32(sr + 36), 0x0003fffbU);  // 5 - 10: as the one who is told numbered it
    EXPECT_EQ(read_32(sdes + 4), 0x11U);
}

TEST(rtcp, malformed_packets_are_dropped) {
    bytes wrong_length{0x80, 201, 0, 9, 0, 0, 0, 1};
    EXPECT_EQ(rewrite_rtcp(wrong_length.data(), wrong_length.size(), {}), 0U);
    bytes cut{0x80, 201, 0};
    EXPECT_EQ(rewrite_rtcp(cut.data(), cut.size(), {}), 0U);
    bytes many_blocks{0x9f, 201, 0, 1, 0, 0, 0, 1};
    EXPECT_EQ(rewrite_rtcp(many_blocks.data(), many_blocks.size(), {}), 0U);
    bytes zero_length{0x80, 201, 0, 0, 0, 0, 0, 1};
    EXPECT_EQ(rewrite_rtcp(zero_length.data(), zero_length.size(), {}), 0U);
}

// ---- what a packet is

TEST(packets, are_told_apart_by_their_first_octets) {
    auto kind = [](bytes packet) {
        packet.resize(24);
        return classify(packet.data(), packet.size());
    };
    EXPECT_EQ(kind({0x80, 0x00}), packet_kind::rtp);
    EXPECT_EQ(kind({0x90, 0xe5}), packet_kind::rtp);
    EXPECT_EQ(kind({0x80, 200}), packet_kind::rtcp);
    EXPECT_EQ(kind({0x80, 201}), packet_kind::rtcp);
    EXPECT_EQ(kind({0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42}), packet_kind::stun);
    EXPECT_EQ(kind({0x10, 0x00, 0, 0, 'Z', 'R', 'T', 'P'}), packet_kind::other);
    EXPECT_EQ(kind({22, 0xfe, 0xfd}), packet_kind::other);  // DTLS
    EXPECT_EQ(kind({'h', 'i'}), packet_kind::other);
    std::uint8_t small[11] = {0x80};
    EXPECT_EQ(classify(small, sizeof small), packet_kind::other);
    EXPECT_EQ(classify(small, 0), packet_kind::other);
}

TEST(packets, a_payload_is_found_within_its_packet_only) {
    bytes plain(20);
    plain[0] = 0x80;
    EXPECT_EQ(find_payload(plain.data(), plain.size()).offset, 12U);
    EXPECT_EQ(find_payload(plain.data(), plain.size()).size, 8U);
    plain[0] = 0x8f;  // fifteen sources that are not there
    EXPECT_EQ(find_payload(plain.data(), plain.size()).size, 0U);
    plain[0] = 0x90;  // an extension of 65535 words
    plain[14] = plain[15] = 0xff;
    EXPECT_EQ(find_payload(plain.data(), plain.size()).size, 0U);
    plain[0] = 0xa0;  // padding of 255
    plain[19] = 255;
    EXPECT_EQ(find_payload(plain.data(), plain.size()).size, 0U);
    plain[19] = 4;
    EXPECT_EQ(find_payload(plain.data(), plain.size()).size, 4U);
}

}  // namespace
}  // namespace strowger::rtp::testing
