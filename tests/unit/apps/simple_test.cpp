// The applications that do one thing.
#include "apps_world.hpp"
#include "words.hpp"

namespace strowger::testing {
namespace {

class simple_apps : public apps_world {};

TEST_F(simple_apps, answering) {
    auto call = run({{"ring_ready", ""}, {"pre_answer", ""}, {"answer", ""}});
    EXPECT_EQ(call.leg->orders,
              (std::vector<std::string>{"ring", "progress answer", "answer answer"}));
}

TEST_F(simple_apps, set_stores_text_as_it_is) {
    auto call = run({{"set", " name =a=b, c"},
                     {"set", "list,x"},
                     {"set", "gone=1"},
                     {"set", "gone="},
                     {"set", "also=1"},
                     {"set", "also=_undef_"},
                     {"set", "under=1"},
                     {"unset", " under "},
                     {"multiset", "^^;p=1;q=2 3"},
                     {"multiset", "r=4 s=5"}});
    auto& vars = call.who->vars();
    EXPECT_EQ(vars.get("name"), "a=b, c");
    EXPECT_EQ(vars.get("list"), "x");
    for (auto name : {"gone", "also", "under"}) EXPECT_EQ(vars.find(name), nullptr) << name;
    EXPECT_EQ(vars.get("p"), "1");
    EXPECT_EQ(vars.get("q"), "2 3");
    EXPECT_EQ(vars.get("r"), "4");
    EXPECT_EQ(vars.get("s"), "5");
}

TEST_F(simple_apps, what_a_caller_says_stays_text) {
    bool ran = false;
    pbx.command_reads("system", [&ran](std::string) {
        ran = true;
        return std::string("gone");
    });
    pbx.extension("1", {{"set", "who=${caller_id_name}"}, {"set", "again=${who}"}, {"rest", ""}});
    auto call = pbx.comes_in("1");
    call.who->caller().caller_id_name = "${system rm}";
    pbx.turn();
    EXPECT_EQ(call.who->vars().get("who"), "${system rm}");
    EXPECT_EQ(call.who->vars().get("again"), "${system rm}");
    EXPECT_FALSE(ran);
}

TEST_F(simple_apps, an_old_name_is_warned_of) {
    run({{"set", "sip_secure_media=true"}, {"export", "nolocal:sip_secure_media=true"}});
    int warnings = 0;
    for (const auto& each : in.captured.records())
        warnings += each.text.find("its name is rtp_secure_media now") != std::string::npos;
    EXPECT_EQ(warnings, 2);  // each application once
}

TEST_F(simple_apps, log_lines) {
    run({{"log", "WARNING call from ${caller_id_number}"}, {"log", "no level\nin two lines"}});
    auto records = in.captured.records();
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[0].level, log_level::warning);
    EXPECT_EQ(records[0].text, "test/1000 call from 1000");
    EXPECT_EQ(records[1].level, log_level::debug);
    EXPECT_EQ(records[1].text, "test/1000 no level?in two lines");
}

TEST_F(simple_apps, sleep_waits) {
    auto call = run({{"sleep", "1500"}, {"sleep", "soon"}, {"sleep", "-1"}});
    pbx.pass(milliseconds(1499));
    EXPECT_EQ(call.who->application(), "sleep");
    pbx.pass(milliseconds(1));
    EXPECT_EQ(call.who->application(), "rest");
    EXPECT_TRUE(in.captured.contains("sleep \"soon\": expected a number of milliseconds"));
}

TEST_F(simple_apps, hangup_with_a_cause) {
    EXPECT_EQ(run({{"hangup", ""}}).leg->last(), "hangup NORMAL_CLEARING");
    EXPECT_EQ(run({{"hangup", "user_busy"}}).leg->last(), "hangup USER_BUSY");
    EXPECT_EQ(run({{"hangup", "21"}}).leg->last(), "hangup CALL_REJECTED");
    EXPECT_EQ(run({{"hangup", "TIRED"}}).leg->last(), "hangup NORMAL_CLEARING");
    EXPECT_TRUE(in.captured.contains("hangup \"TIRED\": there is no such cause"));
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(simple_apps, transfer_routes_anew) {
    pbx.extension("2", {{"rest", ""}});
    auto call = run({{"transfer", "2 XML other"}});
    EXPECT_EQ(pbx.plan.asked, (std::vector<std::string>{"default/1", "other/2"}));
    run({{"transfer", ""}, {"transfer", "-both 2"}});
    EXPECT_TRUE(in.captured.contains("the number is missing"));
    EXPECT_TRUE(in.captured.contains("-both are not built yet"));
}

TEST_F(simple_apps, echo_until_the_call_ends_or_leaves) {
    auto call = run({{"echo", ""}});
    EXPECT_EQ(call.leg->orders, std::vector<std::string>{"progress answer"});
    EXPECT_TRUE(call.media->echoing);
    pbx.pass(std::chrono::hours(3));
    EXPECT_TRUE(call.media->echoing);
    pbx.extension("2", {{"rest", ""}});
    call.who->transfer("2", "", "");
    pbx.turn();
    EXPECT_FALSE(call.media->echoing);
    EXPECT_EQ(call.who->application(), "rest");
}

TEST_F(simple_apps, media_that_does_not_fit_ends_the_call) {
    pbx.extension("1", {{"echo", ""}});
    auto call = pbx.comes_in("1");
    call.leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(simple_apps, which_may_run_while_hunting) {
    // compat 2.8 lists them.
    std::vector<std::string> allowed;
    for (const auto& each : apps::all_applications(in))
        if (each.inline_allowed) allowed.push_back(each.name);
    EXPECT_EQ(allowed, (std::vector<std::string>{"set", "multiset", "export", "unset", "log"}));
}

TEST(words, taken_apart) {
    using apps::words;
    EXPECT_EQ(words(" a  b c ", 9), (std::vector<std::string_view>{"a", "b", "c"}));
    EXPECT_EQ(words("a b c d", 2), (std::vector<std::string_view>{"a", "b c d"}));
    EXPECT_TRUE(words("  ", 2).empty());
}

}  // namespace
}  // namespace strowger::testing
