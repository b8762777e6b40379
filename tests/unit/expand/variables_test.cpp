#include "expand/interned.hpp"

#include <strowger/text.hpp>
#include <strowger/variables.hpp>

#include <gtest/gtest.h>

namespace strowger {
namespace {

TEST(variables, are_found_whatever_the_case_of_their_names) {
    variables some;
    some.set("Call_Timeout", "30");
    ASSERT_NE(some.find("call_timeout"), nullptr);
    EXPECT_EQ(*some.find("CALL_TIMEOUT"), "30");
    EXPECT_EQ(some.get("call_timeout"), "30");
    EXPECT_EQ(some.find("call_timeou"), nullptr);
    EXPECT_EQ(some.get("nothing"), "");
}

TEST(variables, are_set_anew_in_their_place) {
    variables some;
    some.set("a", "1");
    some.set("b", "2");
    some.set("A", "3");
    EXPECT_EQ(some.size(), 2U);
    std::string order;
    for (const auto& [name, value] : some) order += cat(name, '=', value, ' ');
    EXPECT_TRUE(iequals(order, "a=3 b=2 ")) << order;
}

TEST(variables, are_erased_once) {
    variables some;
    some.set("a", "1");
    EXPECT_TRUE(some.erase("A"));
    EXPECT_FALSE(some.erase("a"));
    EXPECT_EQ(some.size(), 0U);
}

TEST(variables, merge_with_the_other_ones_winning) {
    variables mine, theirs;
    mine.set("kept", "1");
    mine.set("both", "mine");
    theirs.set("Both", "theirs");
    theirs.set("new", "2");
    mine.merge(theirs);
    EXPECT_EQ(mine.size(), 3U);
    EXPECT_EQ(mine.get("kept"), "1");
    EXPECT_EQ(mine.get("both"), "theirs");
    EXPECT_EQ(mine.get("new"), "2");
    mine.merge(mine);
    EXPECT_EQ(mine.size(), 3U);
    variables fresh;
    fresh.merge(mine);
    EXPECT_EQ(fresh.get("both"), "theirs");
}

TEST(variables, share_one_name_in_the_whole_process) {
    EXPECT_EQ(intern("Some_Name").data(), intern("some_name").data());
    EXPECT_NE(intern("some_name").data(), intern("some_names").data());
}

TEST(variables, ignore_names_longer_than_a_name_may_be) {
    variables some;
    some.set(std::string(257, 'x'), "1");
    EXPECT_EQ(some.size(), 0U);
    some.set(std::string(256, 'x'), "1");
    EXPECT_EQ(some.size(), 1U);
}

}  // namespace
}  // namespace strowger
