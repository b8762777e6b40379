#include "regex.hpp"

#include <gtest/gtest.h>

namespace strowger::commands {
namespace {

struct regex_case {
    const char* args;
    bool ok;
    const char* text;
};

// Written from the command's rules: two parts answer true or false, more parts substitute.
constexpr regex_case cases[] = {
    {"sofia/internal/sip:1001@192.0.2.1;transport=tls|transport=tls", true, "true"},
    {"sofia/internal/sip:1001@192.0.2.1|transport=tls", true, "false"},
    {"error/user_not_registered|transport=tls", true, "false"},
    {"test1234|\\d", true, "true"},
    {"abc|^\\d+$", true, "false"},
    {"test1234|(\\d+)|%1", true, "1234"},
    {"test1234|(\\d+)|$1", true, "1234"},
    {"test1234|(\\d+)|<${1}>", true, "<1234>"},
    {"test1234|^te(st)|$0/$1", true, "test/st"},
    {"abc|(\\d+)|%1", true, "abc"},
    {"abc|(\\d+)|%1|n", true, ""},
    {"abc|(\\d+)|%1|b", true, "false"},
    {"12345|_1X345", true, "true"},
    {"12345|_NX345", true, "false"},
    {"9123|_9.", true, "true"},
    {"9|_9.", true, "false"},
    {"9|_9!", true, "true"},
    {"5551|_555[13]", true, "true"},
    {"5552|_555[13]", true, "false"},
    {"HELLO|/hello/i", true, "true"},
    {"HELLO|/hello/", true, "false"},
    {"m:~a|b~^a.b$", true, "true"},
    {"m:~a|b~(b)~got %1", true, "got b"},
    {"m:/x/y", true, "false"},
    {"a|b|$9", true, "a"},
    {"a|a|cost: 5%", true, "cost: 5%"},
    // All digits that stand there are the group's number.
    {"abcdefghijk|(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)|%10-$11-${10}-%1-${1}0", true, "j-k-j-a-a0"},
    {"ab|(a)(b)|<%12><${12}>", true, "<><>"},
    {"a|(a)|<$99999999999999999999>", true, "<>"},
    {"a|(a)|${x}${}${1", true, "${x}${}${1"},
    {"a|(a)|${1}${01}%", true, "aa%"},
    {"only", false, "-ERR regex: expected <data>|<pattern>[|<substitution>[|<flags>]]."},
    {"", false, "-ERR regex: expected <data>|<pattern>[|<substitution>[|<flags>]]."},
    {"a|(", false, "-ERR regex: the pattern is wrong at character 2: missing closing parenthesis."},
};

TEST(regex_command, follows_its_rules) {
    for (const auto& each : cases) {
        auto reply = run_regex(each.args);
        EXPECT_EQ(reply.ok, each.ok) << each.args;
        EXPECT_EQ(reply.text, each.text) << each.args;
    }
}

// A pattern that backtracks without end is stopped and counts as no match.
TEST(regex_command, stops_a_catastrophic_pattern) {
    auto reply = run_regex("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!|^(a+)+$");
    EXPECT_TRUE(reply.ok);
    EXPECT_EQ(reply.text, "false");
}

}  // namespace
}  // namespace strowger::commands
