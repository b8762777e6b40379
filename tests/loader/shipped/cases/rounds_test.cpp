// Each module of the product: a hundred times loaded, used and unmapped.
#include <strowger/testing/fake_media.hpp>
#include <strowger/testing/fake_settings.hpp>
#include "client.hpp"
#include "packets.hpp"
#include "shipped_fixture.hpp"

#include <strowger/registration_store.hpp>

#include <gmock/gmock.h>

namespace strowger::testing {

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(shipped, mod_sqlite_a_hundred_times) {
    std::uint32_t cseq = 0;
    hundred_rounds("mod_sqlite", [&] {
        auto store = pbx->names().find<registration_store>("registration_store/1");
        ASSERT_TRUE(store);
        // What the round before wrote was durable.
        EXPECT_EQ(store->size(), cseq == 0 ? 0U : 1U);
        binding one;
        one.user = "1000";
        one.domain = "pbx.example";
        one.contact = "sip:1000@192.0.2.1";
        one.transport = "udp";
        one.cseq = ++cseq;
        one.expires = pbx->clock().wall() + std::chrono::hours(1);
        std::optional<result<void>> outcome;
        store->apply({one.user, one.domain, {one}, {}},
                     [&](result<void> done) { outcome = std::move(done); });
        ASSERT_TRUE(run_until([&] { return outcome.has_value(); }));
        ASSERT_TRUE(outcome->has_value()) << outcome->error().text;
        auto found = store->find("1000", "pbx.example");
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found.front()->cseq, cseq);
    });
}

TEST_F(shipped, mod_srtp_a_hundred_times) {
    hundred_rounds("mod_srtp", [&] {
        auto protection = pbx->names().find<media_protection>("media_protection/1");
        ASSERT_TRUE(protection);
        for (const auto& suite : protection->suites()) {
            auto pair = agreed(*protection, suite);
            ASSERT_TRUE(pair) << suite;
            EXPECT_TRUE(carries(pair->a, pair->b, 1)) << suite;
            EXPECT_TRUE(carries(pair->b, pair->a, 1)) << suite;
        }
    });
}

TEST_F(shipped, mod_rtp_a_hundred_times) {
    hundred_rounds("mod_rtp", [&] {
        auto engine = pbx->names().find<media_engine>("media_engine/1");
        ASSERT_TRUE(engine);
        leg_facts facts;
        facts.media_ip = own_loopback();
        facts.codec_preferences = "PCMU,PCMA";
        facts.way = direction::outbound;
        auto asking = engine->create(facts, variables(), nullptr);
        ASSERT_TRUE(asking.has_value()) << asking.error().text;
        auto offer = (*asking)->create_offer();
        ASSERT_TRUE(offer.has_value()) << offer.error().text;
        EXPECT_THAT(*offer, HasSubstr("m=audio "));
        facts.way = direction::inbound;
        auto asked = engine->create(facts, variables(), asking->get());
        ASSERT_TRUE(asked.has_value()) << asked.error().text;
        ASSERT_TRUE((*asked)->set_remote(*offer, "", sdp_kind::offer).has_value());
        auto answer = (*asked)->create_answer();
        ASSERT_TRUE(answer.has_value()) << answer.error().text;
        ASSERT_TRUE((*asking)->set_remote(*answer, "tag", sdp_kind::final_answer).has_value());
        // Tones travel from one to the other: both run on the media thread.
        ASSERT_TRUE((*asking)->play_tones("%(1000,0,440)").has_value());
        EXPECT_TRUE(run_until([&] { return (*asked)->status().packets_in >= 2; }));
    });
}

TEST_F(shipped, mod_dialplan_a_hundred_times) {
    std::vector<std::string> ran;
    std::vector<token> names;
    for (std::string name : {"answer", "echo"}) {
        application what{name, "", "", false, {}};
        what.run = [&ran, name](channel&, std::string) -> task<> {
            ran.push_back(name);
            co_return;
        };
        names.push_back(pbx->names().add(std::move(what)).value());
    }
    fake_engine engine;
    names.push_back(pbx->names().provide<media_engine>("media_engine/1", engine).value());
    hundred_rounds("mod_dialplan", [&] {
        ran.clear();
        auto routed = comes_in("9196", "public");
        routed.who.reset();
        ASSERT_TRUE(all_ended());
        EXPECT_EQ(ran, (std::vector<std::string>{"answer", "echo"}));
        auto unknown = comes_in("1000", "public");  // the shipped one reaches nothing but the echo
        unknown.who.reset();
        ASSERT_TRUE(all_ended());
        EXPECT_EQ(unknown.leg->last(), "hangup NO_ROUTE_DESTINATION");
    });
}

TEST_F(shipped, mod_apps_a_hundred_times) {
    fake_engine engine;
    fake_dialplan plan;
    plan.extensions["1"] = {{"set", "greeting=hello ${destination_number}"},
                            {"answer", ""},
                            {"sleep", "1"},
                            {"log", "INFO it said ${greeting}"},
                            {"hangup", "USER_BUSY"}};
    std::vector<token> names;
    names.push_back(pbx->names().provide<media_engine>("media_engine/1", engine).value());
    names.push_back(pbx->names().provide<dialplan>("dialplan/XML", plan).value());
    hundred_rounds("mod_apps", [&] {
        auto placed = comes_in("1", "default");
        ASSERT_TRUE(all_ended());
        EXPECT_EQ(placed.who->vars().get("greeting"), "hello 1");
        EXPECT_EQ(placed.leg->last(), "hangup USER_BUSY");
        placed.who.reset();
    });
    EXPECT_TRUE(log.contains("it said hello 1"));
}

TEST_F(shipped, mod_commands_a_hundred_times) {
    auto path = base_ + "/run/strowger.sock";
    std::unique_ptr<client> still_there;  // its session is idle while the module goes
    hundred_rounds("mod_commands", [&] {
        still_there.reset();
        auto console = std::make_unique<client>(path);
        ASSERT_TRUE(console->connected());
        auto answer = beside([&] { return console->ask("run status\n"); });
        EXPECT_THAT(answer, StartsWith("ok "));
        answer = beside([&] { return console->ask("run nonsense\n"); });
        EXPECT_THAT(answer, HasSubstr("There is no command 'nonsense'"));
        still_there = std::move(console);
    });
    // Its end was told, with the reason.
    EXPECT_THAT(beside([&] { return still_there->receive(); }),
                HasSubstr("mod_commands stops or is reloaded."));
    EXPECT_EQ(beside([&] { return still_there->receive(); }), "");
}

TEST_F(shipped, mod_sofia_a_hundred_times) {
    auto address = own_loopback();
    auto options = [&](const std::string& over) {
        return cat("OPTIONS sip:", address, " SIP/2.0\r\nVia: SIP/2.0/", over, " ", address,
                   ":5999;branch=z9hG4bK", over, ";rport\r\nMax-Forwards: 70\r\nFrom: <sip:a@",
                   address, ">;tag=1\r\nTo: <sip:", address, ">\r\nCall-ID: ", over,
                   "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
    };
    std::unique_ptr<client> still_there;  // its connection is idle while the module goes
    hundred_rounds("mod_sofia", [&] {
        still_there.reset();
        auto udp = beside([&] { return client(SOCK_DGRAM, address, 5060).ask(options("UDP")); });
        EXPECT_THAT(udp, StartsWith("SIP/2.0 200 "));
        auto tcp = std::make_unique<client>(SOCK_STREAM, address, 5060);
        ASSERT_TRUE(tcp->connected());
        auto stream = beside([&] { return tcp->ask(options("TCP")); });
        EXPECT_THAT(stream, StartsWith("SIP/2.0 200 "));
        client secure(SOCK_STREAM, address, 5061);
        ASSERT_TRUE(secure.connected());
        auto tls = beside([&] {
            return ask_over_tls(secure, base_ + "/certs/cafile.pem", address, options("TLS"));
        });
        EXPECT_THAT(tls, StartsWith("SIP/2.0 200 "));
        still_there = std::move(tcp);
    });
}

}  // namespace

}  // namespace strowger::testing
