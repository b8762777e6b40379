// Modules in use: refusing, reloading beside what goes on, and answering whoever asked.
#include "client.hpp"
#include "packets.hpp"
#include "shipped_fixture.hpp"

#include <gmock/gmock.h>

namespace strowger::testing {

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(shipped, a_busy_module_refuses_and_says_why) {
    ASSERT_TRUE(load("mod_srtp").has_value());
    {
        auto held = pbx->names().find<media_protection>("media_protection/1");
        auto refused = unload("mod_srtp", milliseconds(5));
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, errc::busy);
        EXPECT_THAT(refused.error().text,
                    HasSubstr("mod_srtp is in use: 1 use of what it registered"));
        EXPECT_TRUE(mapped("mod_srtp"));
        EXPECT_TRUE(pbx->names().find<media_protection>("media_protection/1"));
    }
    EXPECT_TRUE(unload("mod_srtp").has_value());
    EXPECT_FALSE(mapped("mod_srtp"));
}

TEST_F(shipped, keys_of_the_old_mod_srtp_work_on_after_fifty_reloads) {
    ASSERT_TRUE(load("mod_srtp").has_value());
    {
        auto old = pbx->names().find<media_protection>("media_protection/1");
        auto talking = agreed(*old, "AES_CM_128_HMAC_SHA1_80");
        ASSERT_TRUE(talking);
        for (std::uint8_t i = 1; i <= 50; ++i) {
            auto done = reload("mod_srtp");
            ASSERT_TRUE(done.has_value()) << done.error().text;
            ASSERT_TRUE(carries(talking->a, talking->b, i)) << int{i};
            auto fresh = pbx->names().find<media_protection>("media_protection/1");
            ASSERT_NE(fresh.get(), old.get());
            auto newer = agreed(*fresh, "AEAD_AES_256_GCM");
            ASSERT_TRUE(newer && carries(newer->a, newer->b, i));
        }
    }
    EXPECT_TRUE(run_until([&] { return pbx->modules().list().size() == 1; }));
    ASSERT_TRUE(unload("mod_srtp").has_value());
    EXPECT_FALSE(mapped("mod_srtp"));
}

TEST_F(shipped, reloading_mod_commands_answers_on_the_old_ones_socket) {
    ASSERT_TRUE(load("mod_commands").has_value());
    auto path = base_ + "/run/strowger.sock";
    for (int i = 0; i < 20; ++i) {
        client console(path);
        ASSERT_TRUE(console.connected()) << i;
        auto answer = beside([&] { return console.ask("run reload mod_commands\n"); });
        ASSERT_THAT(answer, HasSubstr("+OK mod_commands is reloaded")) << i;
    }
    EXPECT_TRUE(run_until([&] { return pbx->modules().list().size() == 1; }));
}

// Clients that all reload at once, each waiting for its answer.
TEST_F(shipped, many_reloads_at_once_are_all_answered) {
    ASSERT_TRUE(load("mod_apps").has_value());
    ASSERT_TRUE(load("mod_sqlite").has_value());
    ASSERT_TRUE(load("mod_commands").has_value());
    std::vector<std::unique_ptr<client>> consoles;
    // (A reload of mod_commands would close the sessions whose command it has not read yet.)
    for (const std::string name : {"mod_apps", "mod_sqlite", "mod_apps", "mod_apps", "mod_sqlite",
                                   "mod_sqlite", "mod_apps", "mod_sqlite"}) {
        consoles.push_back(std::make_unique<client>(base_ + "/run/strowger.sock"));
        ASSERT_TRUE(consoles.back()->send("run reload " + name + "\n"));
    }
    for (auto& each : consoles) {
        auto answer = beside([&] { return each->receive(); });
        EXPECT_THAT(answer, HasSubstr(" is reloaded"));
    }
    EXPECT_TRUE(run_until([&] { return pbx->modules().list().size() == 3; }));
}

TEST_F(shipped, a_module_that_runs_refuses_a_configuration) {
    auto file = base_ + "/conf/autoload_configs/switch.conf.xml";
    ASSERT_TRUE(load("mod_rtp").has_value());
    std::ofstream(file) << "<configuration name=\"switch.conf\"><settings>\n"
                           "<param name=\"rtp-start-port\" value=\"80\"/>\n"
                           "</settings></configuration>\n";
    auto before = pbx->config().current();
    problems found;
    auto refused = pbx->config().reload(found);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().text, HasSubstr("switch.conf.xml:2"));
    EXPECT_THAT(refused.error().text,
                HasSubstr("rtp-start-port: \"80\" is no port from 1024 to 65535"));
    EXPECT_EQ(pbx->config().current(), before);
    ASSERT_TRUE(unload("mod_rtp").has_value());
    found.clear();
    EXPECT_TRUE(pbx->config().reload(found).has_value());  // nobody is there to mind
}

}  // namespace

}  // namespace strowger::testing
