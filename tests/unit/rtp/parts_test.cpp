// SDP's bounds, the policy's words, tones and ports.
#include "negotiation/negotiator.hpp"
#include "negotiation/policy.hpp"
#include "ports/port_pool.hpp"
#include "tones/player.hpp"

#include <strowger/text.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <cmath>
#include <numbers>

namespace strowger::rtp::testing {
namespace {

// ---- SDP

TEST(sdp, hostile_texts_are_refused_in_words) {
    auto refusal = [](std::string_view text) {
        auto read = parse_sdp(text);
        return read ? std::string("taken") : read.error().text;
    };
    const std::string head = "v=0\nc=IN IP4 192.0.2.1\n";
    EXPECT_EQ(refusal(""), "SDP is empty");
    EXPECT_EQ(refusal("\r\n\r\n"), "SDP is empty");
    EXPECT_EQ(refusal("v=1\n"), "SDP line 1: the version is 0");
    EXPECT_EQ(refusal("m=audio 1 RTP/AVP 0\n"), "SDP line 1: expected \"v=0\"");
    EXPECT_EQ(refusal(head + "garbage\n"), "SDP line 3: expected \"letter=value\"");
    EXPECT_EQ(refusal(head + "m=audio\n"), "SDP line 3: expected \"m=kind port protocol formats\"");
    for (auto line : {"m=audio 99999 RTP/AVP 0", "m=audio -1 RTP/AVP 0", "m=audio x RTP/AVP 0",
                      "m=audio 1 RTP/AVP", "m= 1 RTP/AVP 0"})
        EXPECT_NE(refusal(head + line + "\n"), "taken") << line;
    EXPECT_EQ(refusal("v=0\nc=IN IP9 x\n"), "SDP line 2: expected \"c=IN IP4 address\"");
    EXPECT_EQ(refusal(head + std::string("a=x\0y\n", 6)), "SDP line 3: a control character");
    EXPECT_NE(refusal(std::string(70000, 'a')), "taken");
    std::string many = head;
    for (int i = 0; i < 17; ++i) many += "m=audio 1 RTP/AVP 0\n";
    EXPECT_EQ(refusal(many), "SDP with more than 16 m= lines");
    many = head;
    for (int i = 0; i < 600; ++i) many += "a=x\n";
    EXPECT_EQ(refusal(many), "SDP with more than 512 a= lines");
    std::string formats = head + "m=audio 1 RTP/AVP";
    for (int i = 0; i < 65; ++i) formats += " 0";
    EXPECT_NE(refusal(formats + "\n"), "taken");
    EXPECT_EQ(refusal(head + "m=audio 1 RTP/AVP 0\nx=\nz=whatever\nb=AS:1\n"), "taken");
}

TEST(sdp, codecs_that_make_no_sense_are_left_out) {
    auto read = parse_sdp(
        "v=0\nm=audio 1 RTP/AVP 0 0 200 x 72 96 97 98 99\na=rtpmap:96 opus\na=rtpmap:97 /8000\n"
        "a=rtpmap:98 X/0\na=rtpmap:99 good/16000\na=fmtp:99 a=1;b=2\na=fmtp:x\n");
    ASSERT_TRUE(read);
    auto list = read_codecs(read->media.at(0));
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].text(), "PCMU/8000");
    EXPECT_EQ(list[1].text(), "good/16000");
    EXPECT_EQ(list[1].format, "a=1;b=2");
}

TEST(sdp, every_cut_of_a_text_is_safe) {
    const std::string text =
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\nm=audio 5000 RTP/AVP 0 101\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=rtcp:5001 IN IP4 1.2.3.4\r\na=ptime:20\r\n";
    local_side local;
    local.address = "198.51.100.1";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        negotiator talk(local, {}, nullptr, "");
        if (talk.remote_offer(text.substr(0, size))) {
            EXPECT_TRUE(talk.answer(nullptr));
        }
    }
}

// ---- policy

TEST(policy, the_words_of_freeswitch) {
    auto mode = [](std::string_view word, direction way, bool tls = false) {
        variables vars;
        vars.set("rtp_secure_media", std::string(word));
        leg_facts facts;
        facts.way = way;
        facts.signalling_encrypted = tls;
        return read_policy(vars, facts);
    };
    using enum direction;
    EXPECT_EQ(mode("", inbound).mode, secure_mode::optional);
    EXPECT_EQ(mode("", outbound).mode, secure_mode::forbidden);
    EXPECT_FALSE(mode("", inbound).given);
    for (auto word : {"true", "yes", "on", "1", "mandatory", "MANDATORY", " mandatory "})
        EXPECT_EQ(mode(word, inbound).mode, secure_mode::mandatory) << word;
    for (auto word : {"false", "no", "off", "0", "forbidden"})
        EXPECT_EQ(mode(word, inbound).mode, secure_mode::forbidden) << word;
    EXPECT_EQ(mode("auto", outbound, true).mode, secure_mode::mandatory);
    EXPECT_EQ(mode("auto", outbound, false).mode, secure_mode::forbidden);
    auto wrong = mode("maybe", inbound);
    EXPECT_EQ(wrong.mode, secure_mode::forbidden);
    ASSERT_EQ(wrong.warnings.size(), 1U);
    EXPECT_NE(wrong.warnings[0].find("\"maybe\""), std::string::npos);
    EXPECT_NE(wrong.warnings[0].find("mandatory"), std::string::npos);
    EXPECT_EQ(mode("optional:AEAD_AES_256_GCM:AES_CM_128_HMAC_SHA1_80", inbound).suites,
              (std::vector<std::string>{"AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"}));
}

TEST(policy, the_variables_of_a_direction_come_first) {
    variables vars;
    vars.set("rtp_secure_media", "mandatory");
    vars.set("rtp_secure_media_inbound", "forbidden");
    vars.set("rtp_secure_media_suites", "AES_CM_128_HMAC_SHA1_32:AEAD_AES_128_GCM");
    vars.set("sip_secure_media", "true");
    leg_facts facts;
    EXPECT_EQ(read_policy(vars, facts).mode, secure_mode::forbidden);
    facts.way = direction::outbound;
    auto policy = read_policy(vars, facts);
    EXPECT_EQ(policy.mode, secure_mode::mandatory);
    EXPECT_EQ(policy.suites.size(), 2U);
    ASSERT_EQ(policy.warnings.size(), 1U);
    EXPECT_NE(policy.warnings[0].find("rtp_secure_media"), std::string::npos);
}

TEST(policy, each_leg_has_a_mode_and_a_list_of_its_own) {
    using suites = std::vector<std::string>;
    leg_facts caller, callee;
    callee.way = direction::outbound;
    variables vars;
    vars.set("rtp_secure_media", "optional:AES_CM_128_HMAC_SHA1_32");
    vars.set("rtp_secure_media_outbound", "mandatory:AEAD_AES_256_GCM:AES_CM_128_HMAC_SHA1_80");
    // The other direction's variable says nothing to this leg.
    EXPECT_EQ(read_policy(vars, caller).mode, secure_mode::optional);
    EXPECT_EQ(read_policy(vars, caller).suites, suites{"AES_CM_128_HMAC_SHA1_32"});
    EXPECT_EQ(read_policy(vars, callee).mode, secure_mode::mandatory);
    EXPECT_TRUE(read_policy(vars, callee).given);
    EXPECT_EQ(read_policy(vars, callee).suites,
              (suites{"AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"}));
    // Both directions said.
    vars.set("rtp_secure_media_inbound", "forbidden");
    EXPECT_EQ(read_policy(vars, caller).mode, secure_mode::forbidden);
    EXPECT_TRUE(read_policy(vars, caller).suites.empty());
    EXPECT_EQ(read_policy(vars, callee).mode, secure_mode::mandatory);
    // A direction without a list takes that of all legs, never the other variable's.
    vars.set("rtp_secure_media_suites", "AEAD_AES_128_GCM");
    vars.set("rtp_secure_media_outbound", "optional");
    EXPECT_EQ(read_policy(vars, callee).mode, secure_mode::optional);
    EXPECT_EQ(read_policy(vars, callee).suites, suites{"AEAD_AES_128_GCM"});
    // An empty one is as good as none.
    vars.set("rtp_secure_media_outbound", " ");
    EXPECT_EQ(read_policy(vars, callee).mode, secure_mode::optional);
    EXPECT_EQ(read_policy(vars, callee).suites, suites{"AES_CM_128_HMAC_SHA1_32"});
    // Alone it is enough.
    variables alone;
    alone.set("rtp_secure_media_outbound", "true");
    EXPECT_EQ(read_policy(alone, callee).mode, secure_mode::mandatory);
    EXPECT_EQ(read_policy(alone, caller).mode, secure_mode::optional);
    EXPECT_FALSE(read_policy(alone, caller).given);
}

// ---- tones

TEST(tones, read_as_freeswitch_writes_them) {
    using std::chrono::milliseconds;
    auto duration = [](std::string_view text) {
        auto script = parse_tones(text);
        EXPECT_TRUE(script) << text << ": " << (script ? "" : script.error().text);
        return script ? script->duration() : milliseconds(-1);
    };
    EXPECT_EQ(duration("%(2000,4000,440,480)"), milliseconds(6000));
    EXPECT_EQ(duration("%(2000,4000,440,480);loops=-1"), milliseconds(0));
    EXPECT_EQ(duration("tone_stream://v=-7;%(100,0,941.0,1477.0);loops=3"), milliseconds(300));
    EXPECT_EQ(duration("L=2;%(100,100,350,440);%(50,0,600)"), milliseconds(500));
    EXPECT_EQ(duration(" %( 500 , 500 , 620 ) ; loops = 2 "), milliseconds(2000));
}

TEST(tones, nonsense_is_refused) {
    for (auto text : {"", "%", "%(", "%()", "%(100)", "%(100,100)", "%(a,b,c)", "%(100,100,0)",
                      "%(100,100,9000)", "%(-1,100,440)", "%(99999999,0,440)", "%(0,0,440)",
                      "loops=x;%(100,0,440)", "v=99;%(100,0,440)", "%(100,0,1,2,3,4,5)", "silence",
                      "loops=-2;%(100,0,440)", "%(100,0,nan)"}) {
        auto script = parse_tones(text);
        ASSERT_FALSE(script) << text;
        EXPECT_EQ(script.error().code, errc::bad_syntax);
    }
}

TEST(tones, a_tone_is_a_sine_of_its_frequency_and_then_silence) {
    player plays(*parse_tones("v=-6;%(100,100,1000)"));
    std::vector<std::int16_t> samples(1600);
    ASSERT_TRUE(plays.next(samples));
    for (int i = 0; i < 800; ++i) {
        auto want = 32767.0 * std::pow(10.0, -6.0 / 20.0) *
                    std::sin(2 * std::numbers::pi * 1000.0 * i / 8000.0);
        ASSERT_NEAR(samples[static_cast<std::size_t>(i)], want, 3.0) << i;
    }
    for (std::size_t i = 800; i < 1600; ++i) ASSERT_EQ(samples[i], 0) << i;
    EXPECT_FALSE(plays.next(samples));
}

TEST(tones, an_endless_script_never_ends) {
    player plays(*parse_tones("%(10,10,440);loops=-1"));
    std::vector<std::int16_t> samples(160);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(plays.next(samples));
}

TEST(tones, g711_as_the_itu_has_it) {
    EXPECT_EQ(encode_ulaw(0), 0xff);
    EXPECT_EQ(encode_ulaw(32767), 0x80);
    EXPECT_EQ(encode_ulaw(-32768), 0x00);
    EXPECT_EQ(encode_ulaw(1000), 0xce);
    EXPECT_EQ(encode_ulaw(-1000), 0x4e);
    EXPECT_EQ(encode_alaw(0), 0xd5);
    EXPECT_EQ(encode_alaw(32767), 0xaa);
    EXPECT_EQ(encode_alaw(-32768), 0x2a);
    EXPECT_EQ(encode_alaw(1000), 0xfa);
    EXPECT_EQ(encode_alaw(-1000), 0x7a);
}

// ---- ports, on loopback addresses of this process alone, so that nobody else has any of them

struct ports : ::testing::Test {
    std::shared_ptr<port_pool> pool = std::make_shared<port_pool>();
    static ip_address own_loopback(int net) {
        auto pid = static_cast<unsigned>(getpid());
        return *ip_address::parse(cat("127.", net, ".", pid / 250 % 250 + 1, ".", pid % 250 + 1));
    }
    ip_address loopback = own_loopback(77);
};

TEST_F(ports, come_in_pairs_and_are_freed) {
    pool->set_range(20001, 20020);
    auto one = pool->open(loopback), two = pool->open(loopback);
    ASSERT_TRUE(one && two);
    EXPECT_EQ((*one)->port() % 2, 0);
    EXPECT_GE((*one)->port(), 20002);
    EXPECT_NE((*one)->port(), (*two)->port());
    EXPECT_EQ(pool->in_use(), 2U);
    one->reset();
    two->reset();
    EXPECT_EQ(pool->in_use(), 0U);
}

TEST_F(ports, end_with_the_range_and_say_so) {
    pool->set_range(20100, 20105);
    std::vector<std::unique_ptr<port_pair>> held;
    while (true) {
        auto next = pool->open(loopback);
        if (!next) {
            EXPECT_EQ(next.error().code, errc::limit_reached);
            EXPECT_NE(next.error().text.find("rtp-end-port"), std::string::npos);
            break;
        }
        EXPECT_LE((*next)->port() + 1, 20105);
        held.push_back(std::move(*next));
        ASSERT_LE(held.size(), 3U);
    }
    EXPECT_GE(held.size(), 1U);
    held.pop_back();
    EXPECT_TRUE(pool->open(loopback));
    // Another address has the whole range for itself.
    EXPECT_TRUE(pool->open(own_loopback(78)));
}

TEST_F(ports, of_another_program_are_passed_over) {
    auto other_program = std::make_shared<port_pool>();
    other_program->set_range(20200, 20203);
    pool->set_range(20200, 20203);
    auto theirs = other_program->open(loopback);
    ASSERT_TRUE(theirs);
    auto ours = pool->open(loopback);
    ASSERT_TRUE(ours);
    EXPECT_NE((*ours)->port(), (*theirs)->port());
}

TEST_F(ports, of_an_address_that_is_not_here) {
    auto none = pool->open(*ip_address::parse("192.0.2.1"));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, errc::io_error);
}

}  // namespace
}  // namespace strowger::rtp::testing
