// The three words: design, principle 7. Every combination, written from the rule by hand.
#include <strowger/channel.hpp>

#include <gtest/gtest.h>

namespace strowger {
namespace {

struct combination {
    bool tls;
    bool negotiated;
    bool encrypted;
    authentication peer;
    std::string_view word;
    std::string_view reason;
};

constexpr auto none = authentication::none;
constexpr auto digest = authentication::digest;
constexpr auto certificate = authentication::certificate;

constexpr std::string_view clear = "signalling over udp is in the clear";
constexpr std::string_view no_media = "no media is agreed yet";
constexpr std::string_view plain = "media is in the clear (RTP/AVP)";
constexpr std::string_view unknown = "nobody checked who is at the far end";

constexpr combination all[] = {
    {false, false, false, none, "exposed", clear},
    {false, false, false, digest, "exposed", clear},
    {false, false, false, certificate, "exposed", clear},
    {false, false, true, none, "exposed", clear},
    {false, false, true, digest, "exposed", clear},
    {false, false, true, certificate, "exposed", clear},
    {false, true, false, none, "exposed", clear},
    {false, true, false, digest, "exposed", clear},
    {false, true, false, certificate, "exposed", clear},
    {false, true, true, none, "exposed", clear},
    {false, true, true, digest, "exposed", clear},
    {false, true, true, certificate, "exposed", clear},
    {true, false, false, none, "exposed", no_media},
    {true, false, false, digest, "exposed", no_media},
    {true, false, false, certificate, "exposed", no_media},
    {true, false, true, none, "exposed", no_media},
    {true, false, true, digest, "exposed", no_media},
    {true, false, true, certificate, "exposed", no_media},
    {true, true, false, none, "exposed", plain},
    {true, true, false, digest, "exposed", plain},
    {true, true, false, certificate, "exposed", plain},
    {true, true, true, none, "unverified", unknown},
    {true, true, true, digest, "private", "tls, SDES AES_CM_128_HMAC_SHA1_80, digest of 1001"},
    {true, true, true, certificate, "private",
     "tls, SDES AES_CM_128_HMAC_SHA1_80, certificate of 1001"},
};

std::pair<leg_facts, media_status> leg_of(const combination& from) {
    leg_facts leg;
    leg.transport = from.tls ? "tls" : "udp";
    leg.signalling_encrypted = from.tls;
    leg.peer = from.peer;
    leg.peer_name = "1001";
    media_status media;
    media.negotiated = from.negotiated;
    media.encrypted = from.encrypted;
    media.protocol = from.encrypted ? "RTP/SAVP" : "RTP/AVP";
    media.keying = "SDES";
    media.suite = "AES_CM_128_HMAC_SHA1_80";
    return {leg, media};
}

TEST(judge, every_combination) {
    for (const auto& each : all) {
        auto [leg, media] = leg_of(each);
        auto verdict = judge(leg, media);
        EXPECT_EQ(to_string(verdict.word), each.word) << each.reason;
        EXPECT_EQ(verdict.reason, each.reason);
    }
    EXPECT_EQ(std::size(all), 2u * 2u * 2u * 3u);
}

TEST(judge, says_why_nobody_is_authenticated_where_known) {
    auto [leg, media] = leg_of({true, true, true, none, "", ""});
    leg.peer_problem = "tls-verify-policy is none";
    EXPECT_EQ(judge(leg, media).reason, "tls-verify-policy is none");
}

TEST(judge, an_unknown_leg_is_exposed) {
    auto verdict = judge(leg_facts{}, media_status{});
    EXPECT_EQ(verdict.word, privacy::exposed);
    EXPECT_EQ(verdict.reason, "signalling over an unknown transport is in the clear");
}

}  // namespace
}  // namespace strowger
