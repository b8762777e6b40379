// What passes from one leg to the other untouched, and what must not pass: codecs that nobody here
// decodes, and lines of the other leg's SDP.
#include "sessions.hpp"

namespace strowger::rtp::testing {
namespace {

// RFC 7587: always 48000 ticks a second and two channels in SDP, whatever is sent.
std::string opus(int number, int digits) {
    return cat("a=rtpmap:", number, " opus/48000/2\r\na=fmtp:", number,
               " useinbandfec=1\r\na=rtpmap:", digits, " telephone-event/48000\r\n");
}

TEST_F(sessions, opus_is_relayed_as_it_is) {
    auto one = answered(a, a.sdp("111 110", opus(111, 110)));
    auto two = make(direction::outbound, nullptr, one.get());
    auto offer = two->create_offer().value();
    EXPECT_NE(offer.find(" RTP/AVP 111 110\r\n"), std::string::npos) << offer;
    EXPECT_NE(offer.find("a=rtpmap:111 opus/48000/2\r\n"), std::string::npos) << offer;
    EXPECT_NE(offer.find("a=fmtp:111 useinbandfec=1\r\n"), std::string::npos) << offer;
    b.call(offer);
    // The callee has a number of its own for it (RFC 3264, 6.1).
    ASSERT_TRUE(two->set_remote(b.sdp("96 97", opus(96, 97)), "tag", sdp_kind::final_answer));
    ASSERT_TRUE(one->join(*two));
    settle();
    EXPECT_EQ(one->status().codec, "opus/48000/2");
    EXPECT_EQ(two->status().codec, "opus/48000/2");

    auto packet = [&](std::uint16_t sequence, const bytes& content) {
        auto made = a.packet(111, sequence, content);
        write_32(made.data() + 4, sequence * 960U);  // 20 ms
        return made;
    };
    // Opus' packets have any length: silence, then speech.
    const bytes silence{0xf8, 0xff, 0xfe}, loud(437, 0x5a);
    a.send(packet(10, silence));
    auto before = b.receive();
    EXPECT_EQ(content_of(before), silence);
    ASSERT_EQ(before.size(), 15U);
    EXPECT_EQ(before[1] & 0x7f, 96);
    a.send(packet(11, loud));
    auto next = b.receive();
    EXPECT_EQ(content_of(next), loud);
    ASSERT_EQ(next.size(), 449U);
    EXPECT_EQ(next[1], 96);
    EXPECT_EQ(read_32(next.data() + 4), read_32(before.data() + 4) + 960);
    // Back in the numbers of the two offers.
    b.send(111, 500, loud);
    auto back = a.receive();
    EXPECT_EQ(content_of(back), loud);
    ASSERT_EQ(back.size(), 449U);
    EXPECT_EQ(back[1] & 0x7f, 111);

    // Another source: at least 20 ms pass in the stream, which are 960 ticks of this codec's clock.
    auto other = packet(9, silence);
    write_32(other.data() + 8, 0x0badcafe);
    a.send(other);
    auto changed = b.receive();
    EXPECT_EQ(content_of(changed), silence);
    ASSERT_EQ(changed.size(), 15U);
    EXPECT_EQ(changed[1], 96 | 0x80);
    EXPECT_EQ(read_32(changed.data() + 8), read_32(next.data() + 8));
    EXPECT_GE(read_32(changed.data() + 4) - read_32(next.data() + 4), 960U);
}

// RFC 6189, 8: the hash binds the phones' own ZRTP to the signalling. We drop ZRTP, so a hash that
// got through would promise the other phone what cannot happen.
TEST_F(sessions, a_zrtp_hash_stays_on_its_leg) {
    const std::string hash =
        "a=zrtp-hash:1.10 "
        "fe30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46df\r\n";
    // In the session's lines and in the stream's.
    auto with_hash = [&](const phone& who, const std::string& more = {}) {
        auto text = who.sdp("0", more + hash);
        text.insert(text.find("m=audio"), hash);
        return text;
    };
    auto clean = [](const std::string& text) {
        EXPECT_NE(text.find("m=audio"), std::string::npos) << text;
        EXPECT_EQ(text.find("zrtp"), std::string::npos) << text;
        EXPECT_EQ(text.find("fe30efd0"), std::string::npos) << text;
    };
    auto one = make(direction::inbound);
    ASSERT_TRUE(one->set_remote(with_hash(a), "", sdp_kind::offer));
    auto two = make(direction::outbound, nullptr, one.get());
    clean(two->create_offer().value());
    ASSERT_TRUE(two->set_remote(with_hash(b), "tag", sdp_kind::final_answer));
    clean(one->create_answer().value());
    ASSERT_TRUE(one->join(*two));
    // The caller's re-INVITE, passed on as a hold is, and the callee's.
    ASSERT_TRUE(one->set_remote(with_hash(a, "a=sendonly\r\n"), "", sdp_kind::offer));
    two->set_direction(stream_direction::sendonly);
    auto again = two->create_offer().value();
    EXPECT_NE(again.find("a=sendonly\r\n"), std::string::npos) << again;
    clean(again);
    ASSERT_TRUE(two->set_remote(with_hash(b, "a=recvonly\r\n"), "tag", sdp_kind::final_answer));
    clean(one->create_answer().value());
    ASSERT_TRUE(two->set_remote(with_hash(b), "", sdp_kind::offer));
    clean(one->create_offer().value());
    ASSERT_TRUE(one->set_remote(with_hash(a), "", sdp_kind::final_answer));
    clean(two->create_answer().value());
}

}  // namespace
}  // namespace strowger::rtp::testing
