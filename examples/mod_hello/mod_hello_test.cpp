#include <strowger/testing/test_core.hpp>

#include <gtest/gtest.h>

using strowger::testing::test_core;

TEST(mod_hello, greets_and_says_goodbye) {
    test_core pbx;
    ASSERT_EQ(pbx.load("mod_hello"), "");
    pbx.extension("4000", {{"hello", "Almon"}});
    auto call = pbx.comes_in("4000");
    pbx.turn();
    EXPECT_TRUE(call.leg->was("answer answer"));
    EXPECT_TRUE(pbx.log.contains("hello, Almon"));
    EXPECT_FALSE(pbx.log.contains("goodbye"));

    call.who->hangup(strowger::hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_TRUE(pbx.log.contains("goodbye, Almon"));
}

TEST(mod_hello, has_no_goodbye_for_others) {
    test_core pbx;
    ASSERT_EQ(pbx.load("mod_hello"), "");
    pbx.comes_in("nowhere");
    pbx.turn();
    EXPECT_EQ(pbx.calls().size(), 0U);
    EXPECT_FALSE(pbx.log.contains("goodbye"));
}

TEST(mod_hello, is_busy_while_a_call_uses_it_and_then_really_gone) {
    test_core pbx;
    ASSERT_EQ(pbx.load("mod_hello"), "");
    pbx.extension("4000", {{"hello", "Almon"}});
    auto call = pbx.comes_in("4000");
    pbx.turn();
    EXPECT_NE(pbx.unload("mod_hello").find("1 use"), std::string::npos);

    call.who->hangup(strowger::hangup_cause::normal_clearing);
    call.who.reset();
    EXPECT_EQ(pbx.unload("mod_hello"), "");
    EXPECT_FALSE(pbx.mapped("mod_hello"));
}

TEST(mod_hello, says_goodbye_once_when_it_was_reloaded_meanwhile) {
    test_core pbx;
    ASSERT_EQ(pbx.load("mod_hello"), "");
    pbx.extension("4000", {{"hello", "Almon"}});
    auto call = pbx.comes_in("4000");
    pbx.turn();
    EXPECT_EQ(pbx.reload("mod_hello"), "");
    EXPECT_EQ(call.who->state(), strowger::channel_state::answered);
    call.who->hangup(strowger::hangup_cause::normal_clearing);
    pbx.turn();
    int goodbyes = 0;
    for (const auto& each : pbx.log.records()) goodbyes += each.text == "goodbye, Almon" ? 1 : 0;
    EXPECT_EQ(goodbyes, 1);
}
