// The XML of profiles: what it means, and what is wrong with it.
#include "read_xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strowger;
using namespace strowger::sofia;
using namespace strowger::sofia::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

namespace {

TEST(profile_settings, defaults) {
    xml_config xml(one_profile(""));
    auto all = xml.read();
    EXPECT_EQ(xml.text(), "");
    ASSERT_EQ(all.profiles.size(), 1u);
    EXPECT_EQ(all.log_level, 3);
    const auto& p = all.profiles[0];
    EXPECT_EQ(p.name, "internal");
    EXPECT_EQ(p.problem, "");
    EXPECT_EQ(p.transport.ip, "127.0.0.1");
    EXPECT_EQ(p.transport.port, 5060);
    EXPECT_TRUE(p.transport.plain);
    EXPECT_FALSE(p.transport.tls.enabled);
    EXPECT_TRUE(p.transport.tls.verify_out);
    EXPECT_FALSE(p.transport.tls.verify_in);
    EXPECT_EQ(p.transport.tls.certificate_dir, "/certs");
    EXPECT_FALSE(p.auth.auth_calls);
    EXPECT_EQ(p.auth.nonce_ttl, 60s);
    EXPECT_EQ(p.timers.t1, 500ms);
    EXPECT_EQ(p.context, "default");
    EXPECT_EQ(p.dialplan, "XML");
}

TEST(profile_settings, everything_given) {
    xml_config xml(
        "<profile name=\"internal\">"
        "<aliases><alias name=\"default\"/></aliases><settings>"
        "<param name=\"sip-ip\" value=\"192.0.2.1\"/><param name=\"rtp-ip\" value=\"192.0.2.2\"/>"
        "<param name=\"ext-sip-ip\" value=\"203.0.113.7\"/>"
        "<param name=\"ext-rtp-ip\" value=\"203.0.113.8\"/>"
        "<param name=\"sip-port\" value=\"5070\"/><param name=\"tls\" value=\"true\"/>"
        "<param name=\"tls-only\" value=\"true\"/><param name=\"tls-sip-port\" value=\"5071\"/>"
        "<param name=\"tls-cert-dir\" value=\"/x\"/>"
        "<param name=\"tls-verify-policy\" value=\"in|out\"/>"
        "<param name=\"tls-verify-date\" value=\"false\"/>"
        "<param name=\"tls-verify-depth\" value=\"3\"/>"
        "<param name=\"tls-version\" value=\"tlsv1.3\"/>"
        "<param name=\"tls-ciphers\" value=\"HIGH\"/><param name=\"context\" value=\"public\"/>"
        "<param name=\"auth-calls\" value=\"true\"/><param name=\"nonce-ttl\" value=\"30\"/>"
        "<param name=\"challenge-realm\" value=\"pbx\"/>"
        "<param name=\"force-register-domain\" value=\"d1\"/>"
        "<param name=\"force-register-db-domain\" value=\"d2\"/>"
        "<param name=\"sip-force-expires\" value=\"45\"/>"
        "<param name=\"inbound-codec-prefs\" value=\"PCMU\"/>"
        "<param name=\"outbound-codec-prefs\" value=\"PCMA\"/>"
        "<param name=\"rtp-timeout-sec\" value=\"300\"/>"
        "<param name=\"rtp-hold-timeout-sec\" value=\"1800\"/>"
        "<param name=\"timer-T1\" value=\"200\"/><param name=\"timer-T1X64\" value=\"12800\"/>"
        "<param name=\"max-proceeding\" value=\"1000\"/>"
        "<param name=\"log-auth-failures\" value=\"true\"/>"
        "<param name=\"sip-trace\" value=\"yes\"/>"
        "<param name=\"user-agent-string\" value=\"Exchange\"/>"
        "</settings></profile>");
    auto all = xml.read();
    EXPECT_EQ(xml.text(), "");
    const auto& p = all.profiles.at(0);
    EXPECT_EQ(p.aliases, std::vector<std::string>{"default"});
    EXPECT_EQ(p.transport.ip, "192.0.2.1");
    EXPECT_EQ(p.media_ip, "192.0.2.2");
    EXPECT_EQ(p.transport.advertised_ip, "203.0.113.7");
    EXPECT_EQ(p.advertised_media_ip, "203.0.113.8");
    EXPECT_EQ(p.transport.port, 5070);
    EXPECT_FALSE(p.transport.plain);
    EXPECT_EQ(p.transport.tls.port, 5071);
    EXPECT_TRUE(p.transport.tls.verify_in && p.transport.tls.verify_out);
    EXPECT_FALSE(p.transport.tls.verify_date);
    EXPECT_EQ(p.transport.tls.verify_depth, 3);
    EXPECT_EQ(p.transport.tls.versions, "tlsv1.3");
    EXPECT_EQ(p.transport.tls.ciphers, "HIGH");
    EXPECT_EQ(p.context, "public");
    EXPECT_TRUE(p.auth.auth_calls);
    EXPECT_EQ(p.auth.nonce_ttl, 30s);
    EXPECT_EQ(p.auth.challenge_realm, "pbx");
    EXPECT_EQ(p.auth.force_domain, "d1");
    EXPECT_EQ(p.registrar.force_domain, "d2");
    EXPECT_EQ(p.registrar.forced_expires, 45u);
    EXPECT_EQ(p.registrar.max_expires, 3600u);
    EXPECT_EQ(p.inbound_codecs, "PCMU");
    EXPECT_EQ(p.outbound_codecs, "PCMA");
    EXPECT_EQ(p.media_timeout, 300s);
    EXPECT_EQ(p.media_hold_timeout, 1800s);
    EXPECT_EQ(p.timers.t1, 200ms);
    EXPECT_EQ(p.timers.invite_timeout, 12800ms);
    EXPECT_EQ(p.max_proceeding, 1000u);
    EXPECT_TRUE(p.log_auth_failures && p.trace);
    EXPECT_EQ(p.user_agent, "Exchange");
}

struct wrong {
    std::string_view param, level, says;
    bool down;
};
struct wrong_params : ::testing::TestWithParam<wrong> {};
TEST_P(wrong_params, are_told_with_their_place) {
    xml_config xml(one_profile(GetParam().param));
    auto all = xml.read();
    EXPECT_THAT(xml.text(), HasSubstr(GetParam().says));
    EXPECT_THAT(xml.text(), HasSubstr("strowger.xml:"));
    EXPECT_THAT(xml.text(), ::testing::StartsWith(std::string(GetParam().level)));
    EXPECT_EQ(!all.profiles.at(0).problem.empty(), GetParam().down);
}
INSTANTIATE_TEST_SUITE_P(
    each, wrong_params,
    ::testing::Values(
        wrong{"<param name=\"tls-verify-policy\" value=\"sometimes\"/>", "error",
              "tls-verify-policy has no word \"sometimes\"; expected none, in, out", true},
        // FreeSWITCH reads an empty one as "in", without a word.
        wrong{"<param name=\"tls-verify-policy\" value=\"\"/>", "error",
              "tls-verify-policy has no word \"\"", true},
        wrong{"<param name=\"tls-verify-policy\" value=\"subjects_in\"/>", "error",
              "needs a list of subjects", true},
        wrong{"<param name=\"sip-ip\" value=\"pbx\"/>", "error", "sip-ip=\"pbx\" is no address",
              true},
        wrong{"<param name=\"ext-sip-ip\" value=\"1.2.3\"/>", "error", "is no address", true},
        wrong{"<param name=\"ext-sip-ip\" value=\"stun:stun.example\"/>", "warning",
              "not built yet", false},
        wrong{"<param name=\"sip-port\" value=\"99999\"/>", "error", "sip-port", true},
        wrong{"<param name=\"rfc8760-auth-algorithms\" value=\"MD4\"/>", "error",
              "no digest algorithm \"MD4\"", true},
        wrong{"<param name=\"auth-cals\" value=\"true\"/>", "warning", "auth-calls", false},
        wrong{"<param name=\"manage-presence\" value=\"true\"/>", "notice", "manage-presence",
              false},
        wrong{"<param name=\"tls-only\" value=\"true\"/>", "warning", "while tls is off", false}));

TEST(profile_settings, a_profile_twice_is_an_error) {
    xml_config xml(one_profile("") + one_profile(""));
    EXPECT_EQ(xml.read().profiles.size(), 1u);
    EXPECT_THAT(xml.text(), HasSubstr("there is a profile internal already"));
}

TEST(profile_settings, no_settings_and_no_name) {
    xml_config xml("<profile name=\"a b\"/>");
    auto all = xml.read();
    EXPECT_THAT(xml.text(), HasSubstr("has no <settings>"));
    EXPECT_FALSE(all.profiles.at(0).problem.empty());
}

TEST(profile_settings, a_passphrase_is_in_no_problem) {
    xml_config xml(
        one_profile("<param name=\"tls-passphrase\" value=\"hunter2\"/>"
                    "<param name=\"tls-verify-policy\" value=\"x\"/>"));
    xml.read();
    EXPECT_EQ(xml.text().find("hunter2"), std::string::npos);
}

TEST(profile_settings, gateways_over_tls_need_tls) {
    xml_config xml(
        "<profile name=\"external\"><gateways><gateway name=\"g\">"
        "<param name=\"username\" value=\"u\"/><param name=\"password\" value=\"p\"/>"
        "<param name=\"proxy\" value=\"192.0.2.9\"/>"
        "<param name=\"register-transport\" value=\"tls\"/></gateway></gateways>"
        "<settings/></profile>");
    auto all = xml.read();
    ASSERT_EQ(all.profiles.at(0).gateways.size(), 1u);
    EXPECT_THAT(xml.text(), HasSubstr("registers over TLS, but profile external has tls"));
}

}  // namespace
