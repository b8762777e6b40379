#include "pattern.hpp"
#include "literal_prefix.hpp"
#include "substitute.hpp"

#include <strowger/expand.hpp>

#include <gtest/gtest.h>

namespace strowger::dialplan_xml {
namespace {

std::string prefix(std::string_view text) {
    auto start = literal_prefix(text);
    return start.whole ? '=' + start.text : start.text;
}

TEST(literal_prefix, is_what_every_match_begins_with) {
    EXPECT_EQ(prefix("^9664$"), "=9664");
    EXPECT_EQ(prefix("^10..$"), "10");
    EXPECT_EQ(prefix("^(10[01][0-9])$"), "10");
    EXPECT_EQ(prefix("^\\+49(\\d+)$"), "+49");
    EXPECT_EQ(prefix("^\\*98$"), "=*98");
    EXPECT_EQ(prefix("^$"), "=");
    EXPECT_EQ(prefix("^12+3$"), "12");
    EXPECT_EQ(prefix("^user@example\\.com$"), "=user@example.com");
    EXPECT_EQ(prefix("^(9664)$"), "9664");
}

TEST(literal_prefix, is_empty_where_it_is_not_sure) {
    for (auto text : {"9664",
                      "",
                      "^1?0$",
                      "^1*0",
                      "^1{0,2}0",
                      "^10|20$",
                      "^(10|20)$",
                      "^(?i)abc$",
                      "^(1)?0$",
                      "^(1)*0$",
                      "^(1){0}0$",
                      "^([)]1)?0",
                      "^([^])]1)?0$",
                      "^([\\])]1)?0$",
                      "^([[:digit:])]1)?0$",
                      "(*UTF)^a",
                      "^\\d10",
                      "^\\Q1\\E",
                      "^.",
                      "^[1]",
                      "^("})
        EXPECT_EQ(prefix(text), "") << text;
}

TEST(literal_prefix, stops_before_what_may_be_missing) {
    EXPECT_EQ(prefix("^12?3$"), "1");
    EXPECT_EQ(prefix("^1(2)?3$"), "1");
    EXPECT_EQ(prefix("^1(23)*"), "1");
    EXPECT_EQ(prefix("^1([)]2)?3$"), "1");
    EXPECT_EQ(prefix("^1$2"), "1");
}

captures caught(std::string_view text, std::string_view subject) {
    auto compiled = pattern::compile(text, true);
    EXPECT_TRUE(compiled) << text;
    captures out;
    if (!compiled || !compiled->match(subject, &out)) return {"(none)"};
    return out;
}

TEST(pattern, gives_captures) {
    EXPECT_EQ(caught("^(\\d)(\\d*)$", "123"), (captures{"123", "1", "23"}));
    EXPECT_EQ(caught("^(a)?(b)$", "b"), (captures{"b", "", "b"}));
    EXPECT_EQ(caught("^9664$", "9664"), (captures{"9664"}));
    EXPECT_EQ(caught("^9664$", "96641"), (captures{"(none)"}));
    EXPECT_EQ(caught("^9664$", "9664\n"), (captures{"9664"}));
    EXPECT_EQ(caught("66", "9664"), (captures{"66"}));
    EXPECT_EQ(caught("", ""), (captures{""}));
}

TEST(pattern, is_read_as_freeswitch_reads_it) {
    EXPECT_EQ(caught("/^ABC$/i", "abc"), (captures{"abc"}));
    EXPECT_EQ(caught("/^a.c$/s", "a\nc"), (captures{"a\nc"}));
    EXPECT_EQ(caught("/b/", "abc"), (captures{"b"}));
    EXPECT_EQ(caught("_9XZN.", "90123"), (captures{"90123"}));  // 9, X=0, Z=1, N=2, .=3
    EXPECT_EQ(caught("_9XZN.", "90113"), (captures{"(none)"}));
    EXPECT_EQ(caught("_9XZN.", "9012"), (captures{"(none)"}));
    EXPECT_EQ(caught("_1[2-4]!", "13"), (captures{"13"}));
    EXPECT_EQ(caught("_+1X", "+15"), (captures{"+15"}));
}

TEST(pattern, says_what_is_wrong_and_where) {
    auto bad = pattern::compile("^(10", true);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().text, "missing closing parenthesis at character 5");
    EXPECT_FALSE(pattern::compile("/abc", true));
    EXPECT_FALSE(pattern::compile("/abc/q", true));
    EXPECT_FALSE(pattern::compile(std::string(20'000, 'a'), true));
}

TEST(pattern, gives_up_on_a_match_that_takes_too_long) {
    for (bool often : {true, false}) {
        auto slow = pattern::compile("^(a+)+$", often);
        ASSERT_TRUE(slow);
        EXPECT_FALSE(slow->match(std::string(64, 'a') + "!", nullptr));
        EXPECT_TRUE(slow->match("aaa", nullptr));
    }
}

class no_values final : public expansion_source {
    std::optional<std::string> variable(std::string_view) const override { return "VALUE"; }
    std::string command(std::string_view, std::string) const override { return "RAN"; }
};

TEST(substitute, puts_captures_in) {
    const captures some{"1234", "12", "34"};
    EXPECT_EQ(substitute("user/$1-$2@x ($0)", some), "user/12-34@x (1234)");
    EXPECT_EQ(substitute("$3 $10 $", some), "  $");
    EXPECT_EQ(substitute("${x} \\$1 $x", some), "${x} \\$1 $x");
    EXPECT_EQ(substitute("$99999999999999999999999", some), "");
}

TEST(substitute, never_lets_a_capture_become_a_program) {
    for (std::string evil : {"${system rm}", "\\${system rm}", "\\\\${x}", "$", "$$", "a\\", "}${x",
                             "$1", "${", "\\$", "{system rm}"}) {
        EXPECT_EQ(expand(substitute("$1", {evil, evil}), no_values{}), evil);
        EXPECT_EQ(expand(substitute("a=$1;", {evil, evil}), no_values{}), "a=" + evil + ";");
        // Also where the text before it ends in a sign that could make one.
        EXPECT_EQ(expand(substitute("$$1", {evil, evil}), no_values{}), "$" + evil);
    }
}

}  // namespace
}  // namespace strowger::dialplan_xml
