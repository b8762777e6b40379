// The grammar of command::syntax: what it says of a line, and what may come next.
#include "syntax.hpp"
#include "commands.hpp"

#include <gmock/gmock.h>

namespace strowger::commands {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

syntax made_of(std::string_view text) {
    std::string problem;
    auto made = syntax::parse(text, problem);
    EXPECT_TRUE(made) << text << ": " << problem;
    return made ? std::move(*made) : *syntax::parse("", problem);
}

struct line_case {
    const char* syntax;
    const char* words;
    const char* said;  // by the check, for a command named x; "" when the words fit
};

constexpr const char* unload = "[-f] [-w <seconds 0..60>] <module>";
constexpr const char* transfer = "<uuid> [-bleg|-both] <destination> [<dialplan> [<context>]]";
constexpr const char* show = "calls|modules [count] [as json | as delimited [<text...>]]";
constexpr const char* sofia =
    "[help] || status || status profile <name> [reg] || profile <name> trace on|off || "
    "profile <name> <order...> || loglevel <component> [<level 0..9>]";

constexpr line_case cases[] = {
    // Nothing at all.
    {"", "", ""},
    {"", "now", "x: 'now' is one word too many. Expected: x"},
    // Words that must and may be there.
    {"<uuid> [<cause>]", "a", ""},
    {"<uuid> [<cause>]", "a 16", ""},
    {"<uuid> [<cause>]", "", "x: <uuid> is missing. Expected: x <uuid> [<cause>]"},
    {"<uuid> [<cause>]", "a b c", "x: 'c' is one word too many. Expected: x <uuid> [<cause>]"},
    {"[<cause> [<variable> <value>]]", "", ""},
    {"[<cause> [<variable> <value>]]", "16 a b", ""},
    {"[<cause> [<variable> <value>]]", "16 a",
     "x: <value> is missing. Expected: x [<cause> [<variable> <value>]]"},
    // Quotes and brackets keep a word together.
    {"<dial string> <extension>", "{a=1, b=2}user/1001 '9 1'", ""},
    {"<dial string> <extension>", "[leg_timeout=5, x=y]user/1 &playback(a b)", ""},
    {"<dial string> <extension>", "user/1001 9 1",
     "x: '1' is one word too many. Expected: x <dial string> <extension>"},
    // Choices.
    {"on|off", "on", ""},
    {"on|off", "OFF", ""},
    {"on|off", "", "x: on or off is missing. Expected: x on|off"},
    {"on|off", "maybe", "x: 'maybe' is none of on or off. Expected: x on|off"},
    {"modules|calls|channels", "cals",
     "x: 'cals' is none of modules, calls or channels; did you mean 'calls'? "
     "Expected: x modules|calls|channels"},
    {"all|<component>", "nua", ""},
    {"all|<component>", "", "x: all or <component> is missing. Expected: x all|<component>"},
    {show, "calls as json", ""},
    {show, "calls count as json", ""},
    {show, "calls as delimited", ""},
    {show, "calls as delimited | and more", ""},
    {show, "calls as",
     "x: json or delimited is missing. "
     "Expected: x calls|modules [count] [as json | as delimited [<text...>]]"},
    {show, "calls as xml",
     "x: 'xml' is none of json or delimited. "
     "Expected: x calls|modules [count] [as json | as delimited [<text...>]]"},
    {show, "calls as json twice",
     "x: 'twice' is one word too many. "
     "Expected: x calls|modules [count] [as json | as delimited [<text...>]]"},
    // Numbers.
    {"<n 1..5>", "5", ""},
    {"<n 1..5>", "6", "x: <n 1..5>: '6' is no number from 1 to 5. Expected: x <n 1..5>"},
    {"<n 1..5>", "0", "x: <n 1..5>: '0' is no number from 1 to 5. Expected: x <n 1..5>"},
    {"<n 1..5>", "3s", "x: <n 1..5>: '3s' is no number from 1 to 5. Expected: x <n 1..5>"},
    {"<n -5..>", "-5", ""},
    {"<n -5..>", "-6", "x: <n -5..>: '-6' is no number of -5 or more. Expected: x <n -5..>"},
    {"<n ..9>", "10", "x: <n ..9>: '10' is no number of 9 or less. Expected: x <n ..9>"},
    {"<n ..>", "ten", "x: <n ..>: 'ten' is no number. Expected: x <n ..>"},
    {"[<level 0..9>]", "", ""},
    // Options, in any order and once.
    {unload, "mod_a", ""},
    {unload, "-f mod_a", ""},
    {unload, "-w 5 -f mod_a", ""},
    {unload, "-f -w 5 mod_a", ""},
    {unload, "-w 5", "x: <module> is missing. Expected: x [-f] [-w <seconds 0..60>] <module>"},
    {unload, "-w", "x: <seconds 0..60> is missing. Expected: x [-f] [-w <seconds 0..60>] <module>"},
    {unload, "-w mod_a",
     "x: <seconds 0..60>: 'mod_a' is no number from 0 to 60. "
     "Expected: x [-f] [-w <seconds 0..60>] <module>"},
    {unload, "-f -f mod_a",
     "x: '-f' is there twice. Expected: x [-f] [-w <seconds 0..60>] <module>"},
    {unload, "-force mod_a",
     "x: '-force' is no option of it; expected -f or -w <seconds 0..60>. "
     "Expected: x [-f] [-w <seconds 0..60>] <module>"},
    {unload, "mod_a -f",
     "x: '-f' is one word too many. Expected: x [-f] [-w <seconds 0..60>] <module>"},
    {transfer, "id 9", ""},
    {transfer, "id -both 9 XML default", ""},
    {transfer, "id -bleg",
     "x: <destination> is missing. "
     "Expected: x <uuid> [-bleg|-both] <destination> [<dialplan> [<context>]]"},
    {transfer, "id -aleg 9",
     "x: '-aleg' is no option of it; expected -bleg or -both. "
     "Expected: x <uuid> [-bleg|-both] <destination> [<dialplan> [<context>]]"},
    {"<text>", "-5", ""},
    {"[-n] <number>", "-5", ""},  // no letter follows: no option
    // The rest of the line.
    {"<text...>", "a -b 'c d' | {e", ""},
    {"<text…>", "a b", ""},
    {"<text...>", "", "x: <text...> is missing. Expected: x <text...>"},
    {"[<text...>]", "", ""},
    {"on …", "on", ""},
    {"on ...", "on and on", ""},
    {"on …", "off", "x: 'off' stands where on is expected. Expected: x on …"},
    {"<data|pattern[|substitution]...>", "abc|^a b$", ""},
    // Several forms: the ones that may still be meant are shown.
    {sofia, "", ""},
    {sofia, "help", ""},
    {sofia, "status", ""},
    {sofia, "status profile internal reg", ""},
    {sofia, "status profile", "x: <name> is missing. Expected: x status profile <name> [reg]"},
    {sofia, "status profile internal all",
     "x: 'all' stands where reg is expected. Expected: x status profile <name> [reg]"},
    {sofia, "status gateways",
     "x: 'gateways' stands where profile is expected. Expected:\n"
     "  x status\n"
     "  x status profile <name> [reg]"},
    {sofia, "profile internal trace maybe",
     "x: 'maybe' is none of on or off. Expected: x profile <name> trace on|off"},
    {sofia, "profile internal start it all", ""},
    {sofia, "profile internal",
     "x: trace or <order...> is missing. Expected:\n"
     "  x profile <name> trace on|off\n"
     "  x profile <name> <order...>"},
    {sofia, "loglevel all 10",
     "x: <level 0..9>: '10' is no number from 0 to 9. "
     "Expected: x loglevel <component> [<level 0..9>]"},
};

TEST(syntax_of_commands, checks_words) {
    for (const auto& each : cases)
        EXPECT_EQ(made_of(each.syntax).check("x", split_words(each.words)), each.said)
            << each.syntax << " <- " << each.words;
}

TEST(syntax_of_commands, knows_what_may_come_next) {
    auto next = [](std::string_view text, std::string_view words) {
        return made_of(text).next(split_words(words));
    };
    EXPECT_THAT(next("", ""), IsEmpty());
    EXPECT_THAT(next("<uuid> [<cause>]", ""), IsEmpty());
    EXPECT_THAT(next(show, ""), ElementsAre("calls", "modules"));
    EXPECT_THAT(next(show, "calls"), ElementsAre("count", "as"));
    EXPECT_THAT(next(show, "calls as"), ElementsAre("json", "delimited"));
    EXPECT_THAT(next(show, "frobs"), IsEmpty());
    EXPECT_THAT(next(unload, ""), ElementsAre("-f", "-w"));
    EXPECT_THAT(next(unload, "-f"), ElementsAre("-w"));
    EXPECT_THAT(next(unload, "-w"), IsEmpty());
    EXPECT_THAT(next(unload, "-w 5"), ElementsAre("-f"));
    EXPECT_THAT(next(unload, "mod_a"), IsEmpty());
    EXPECT_THAT(next(transfer, "id"), ElementsAre("-bleg", "-both"));
    EXPECT_THAT(next(sofia, ""), ElementsAre("help", "status", "profile", "loglevel"));
    EXPECT_THAT(next(sofia, "profile internal"), ElementsAre("trace"));
}

TEST(syntax_of_commands, gives_a_line_for_each_form) {
    EXPECT_EQ(made_of("").usage("status"), "status");
    EXPECT_EQ(made_of("<uuid> [<cause>]").usage("uuid_kill"), "uuid_kill <uuid> [<cause>]");
    EXPECT_EQ(made_of("[help] || status").usage("sofia"), "sofia [help]\nsofia status");
}

// Somebody else's module may write what it likes; what cannot be read says why.
TEST(syntax_of_commands, refuses_what_is_no_grammar) {
    const std::pair<const char*, const char*> wrong[] = {
        {"<uuid", "a '>' is missing"},
        {"[<uuid>", "a ']' is missing"},
        {"<uuid>]", "a ']' has no '['"},
        {"<>", "<> has no name in it"},
        {"<...>", "<> has no name in it"},
        {"<a>|<b>", "a word has two <names>"},
        {"<data>|", "a word is missing before ''"},
        {"<user>[@<domain>]", "a blank is missing before '[@<domain>]'"},
        {"&<application>(<data>)", "a blank is missing before '<application>(<data>)'"},
        {"a | b", "whole forms are parted by ' || '"},
        {"<text...> <more>", "something follows <text...>"},
        {"[… ] <more>", "something follows <…>"},
    };
    for (const auto& [text, why] : wrong) {
        std::string problem;
        EXPECT_FALSE(syntax::parse(text, problem)) << text;
        EXPECT_EQ(problem, why) << text;
    }
}

}  // namespace
}  // namespace strowger::commands
