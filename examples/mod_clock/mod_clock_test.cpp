#include <strowger/testing/test_core.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

using namespace strowger;
using strowger::testing::test_core;

namespace {

class mod_clock : public ::testing::Test {
protected:
    mod_clock() {
        EXPECT_EQ(pbx.load("mod_clock"), "");
        // The test's clock begins 20,075 days after 1970: 2024-12-18.
        pbx.time.step_wall(std::chrono::hours(13) + std::chrono::minutes(5));
    }
    test_core pbx;
};

}  // namespace

TEST_F(mod_clock, shows_the_time) {
    EXPECT_EQ(pbx.run("clock show").text, "2024-12-18 13:05:00 UTC");
    EXPECT_EQ(pbx.run("clock show utc").text, "2024-12-18 13:05:00 UTC");
    pbx.pass(seconds(2));
    EXPECT_EQ(pbx.run("clock show").text, "2024-12-18 13:05:02 UTC");
}

TEST_F(mod_clock, shows_local_time) {
    ::setenv("TZ", "HERE-05:30", 1);  // POSIX: east of Greenwich is negative
    ::tzset();
    EXPECT_EQ(pbx.run("clock show local").text, "2024-12-18 18:35:00 +0530");
}

TEST_F(mod_clock, looks_ahead) {
    EXPECT_EQ(pbx.run("clock in 90").text, "2024-12-18 13:06:30 UTC");
    EXPECT_EQ(pbx.run("clock in 0").text, "2024-12-18 13:05:00 UTC");
    EXPECT_EQ(pbx.run("clock in 86400").text, "2024-12-19 13:05:00 UTC");
}

TEST_F(mod_clock, says_what_it_expected) {
    for (const auto* wrong : {"clock", "clock in", "clock in soon", "clock in -1",
                              "clock in 99999999999999", "clock show mars", "clock stop"}) {
        auto reply = pbx.run(wrong);
        EXPECT_FALSE(reply.ok) << wrong;
        EXPECT_TRUE(reply.text.starts_with("-ERR clock")) << reply.text;
    }
}

TEST_F(mod_clock, completes_its_arguments) {
    using words = std::vector<std::string>;
    EXPECT_EQ(pbx.complete("clock", ""), (words{"show", "in"}));
    EXPECT_EQ(pbx.complete("clock", "show"), (words{"utc", "local"}));
    EXPECT_EQ(pbx.complete("clock", "in"), words{});
}

TEST_F(mod_clock, may_stand_in_a_dialplan) {
    EXPECT_EQ(pbx.expand("it is ${clock(show utc)}"), "it is 2024-12-18 13:05:00 UTC");
}
