// The grammar of dial strings: compat 2.15, written by hand.
#include "call/dial_string.hpp"

#include <strowger/text.hpp>

#include <gtest/gtest.h>

namespace strowger {
namespace {

std::string show(const variables& vars) {
    std::string out;
    for (const auto& [name, value] : vars) out += cat(out.empty() ? "" : ";", name, "=", value);
    return out;
}

// "{a=1} sofia:x[b=2] & user:y / …": one line for a whole dial string.
std::string show(std::string_view text) {
    auto parsed = parse_dial_string(text);
    if (!parsed) return parsed.error().text;
    std::string out;
    if (parsed->vars.size()) out = cat("{", show(parsed->vars), "} ");
    bool first_group = true;
    for (const auto& group : parsed->alternatives) {
        if (!std::exchange(first_group, false)) out += " | ";
        bool first = true;
        for (const auto& leg : group) {
            if (!std::exchange(first, false)) out += " & ";
            out += cat(leg.kind, ":", leg.address);
            if (leg.vars.size()) out += cat("[", show(leg.vars), "]");
        }
    }
    return out;
}

struct example {
    std::string_view text;
    std::string_view meaning;
};

constexpr example good[] = {
    {"user/1000", "user:1000"},
    {"  user/1000@example.com ", "user:1000@example.com"},
    {"sofia/gateway/trunk/00441", "sofia:gateway/trunk/00441"},
    {"user/1,user/2|user/3", "user:1 & user:2 | user:3"},
    {"user/1|user/2|error/USER_BUSY", "user:1 | user:2 | error:USER_BUSY"},
    {"{a=1,b=2}user/1", "{a=1;b=2} user:1"},
    {"{a=1}{b=2}user/1", "{a=1;b=2} user:1"},
    {"{a=1,b=2}[c=3]user/1,[d=4]user/2", "{a=1;b=2} user:1[c=3] & user:2[d=4]"},
    {"[a=1][b=2]user/1", "user:1[a=1;b=2]"},
    {"{rtp_secure_media=true, presence_id=1000@example.com}sofia/internal/sip:1000@192.0.2.1",
     "{rtp_secure_media=true;presence_id=1000@example.com} sofia:internal/sip:1000@192.0.2.1"},
    {"{^^:sip_invite_domain=a,b:presence_id=1}user/1",
     "{sip_invite_domain=a,b;presence_id=1} user:1"},
    {"[^^;a=1,2;b=3]user/1", "user:1[a=1,2;b=3]"},
    {"{a='x,y',b=z}user/1", "{a=x,y;b=z} user:1"},
    {"{a='it\\'s'}user/1", "{a=it's} user:1"},
    {"{a=O'Brien,b=1}user/1", "{a=O'Brien;b=1} user:1"},
    {"{a=x\\,y}user/1", "{a=x,y} user:1"},
    {"{a={b},c=1}user/1", "{a={b};c=1} user:1"},
    {"{a=}user/1", "{a=} user:1"},
    {"{}user/1", "user:1"},
    {"{a=1,}user/1", "{a=1} user:1"},
    {"{a=1=2}user/1", "{a=1=2} user:1"},
    {"sofia/internal/sip:1000@[2001:db8::1]:5061;transport=tls",
     "sofia:internal/sip:1000@[2001:db8::1]:5061;transport=tls"},
    {"sofia/gw/a\\,b", "sofia:gw/a,b"},
};

TEST(dial_string, good_ones) {
    for (const auto& each : good) EXPECT_EQ(show(each.text), each.meaning) << each.text;
}

constexpr example bad[] = {
    {"",
     "bad dial string at character 1 (its end): expected an endpoint and an address, as in "
     "user/1000"},
    {"1000",
     "bad dial string at character 1 (\"1000\"): expected an endpoint, \"/\" and an "
     "address, as in user/1000"},
    {"user/", "bad dial string at character 6 (its end): expected an address after \"user/\""},
    {"/1000",
     "bad dial string at character 1 (\"/1000\"): expected an endpoint, \"/\" and an "
     "address, as in user/1000"},
    {"user/1,,user/2",
     "bad dial string at character 8 (\",user/2\"): expected an endpoint and an "
     "address, as in user/1000"},
    {"user/1|",
     "bad dial string at character 8 (its end): expected an endpoint and an address, as "
     "in user/1000"},
    {"{a=1", "bad dial string at character 2 (\"a=1\"): the value is never closed; expected a '}'"},
    {"{a=1,",
     "bad dial string at character 1 (\"{a=1,\"): this '{' is never closed; expected a '}'"},
    {"{a}user/1", "bad dial string at character 2 (\"a}user/1\"): expected name=value"},
    {"{=1}user/1", "bad dial string at character 2 (\"=1}user/1\"): expected name=value"},
    {"{^^", "bad dial string at character 4 (its end): expected a separator after ^^"},
    {"user/1,{a=1}user/2",
     "bad dial string at character 8 (\"{a=1}user/2\"): {…} stands at the "
     "beginning of the dial string, for all legs; for one leg use […]"},
    {"<a=1>user/1",
     "bad dial string at character 1 (\"<a=1>user/1\"): <…> is not built yet; use {…}"},
    {"user/1:_:user/2",
     "bad dial string at character 7 (\":_:user/2\"): \":_:\" (several "
     "originates at once) is not built yet; use \",\" or \"|\""},
};

TEST(dial_string, bad_ones_point_at_the_character) {
    for (const auto& each : bad) EXPECT_EQ(show(each.text), each.meaning) << each.text;
}

TEST(dial_string, is_bounded) {
    std::string many = "user/1";
    for (int i = 0; i < 100; ++i) many += ",user/1";
    EXPECT_NE(show(many).find("at most 100 legs"), std::string::npos);
    EXPECT_NE(show(std::string(70000, 'x')).find("at most 65536"), std::string::npos);
    // Hostile nesting costs nothing but its length.
    EXPECT_NE(show("{a=" + std::string(60000, '{')).find("never closed"), std::string::npos);
}

}  // namespace
}  // namespace strowger
