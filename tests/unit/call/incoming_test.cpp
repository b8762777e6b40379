// A call that comes in: routed, its actions run, ended. Written as dialogues.
#include "call_world.hpp"

#include <strowger/events.hpp>

#include <gtest/gtest.h>

namespace strowger {
namespace {

using namespace testing;

TEST(incoming, runs_its_actions_from_the_next_turn_on) {
    call_world pbx;
    std::vector<std::string> ran;
    pbx.app("say", [&ran](channel&, std::string data) {
        ran.push_back(std::move(data));
        return [](int) -> task<> { co_return; }(0);
    });
    pbx.extension("9000", {{"say", "one"}, {"say", "${caller_id_number} ${missing}."}});
    auto call = pbx.comes_in("9000");
    EXPECT_TRUE(ran.empty());
    EXPECT_EQ(call.who->state(), channel_state::starting);
    EXPECT_EQ(call.media->orders, std::vector<std::string>{"offer offer"});
    pbx.turn();
    EXPECT_EQ(ran, (std::vector<std::string>{"one", "1000 ."}));
    EXPECT_EQ(pbx.plan.asked, std::vector<std::string>{"default/9000"});
    // The actions are over: the call ends, and nothing of it remains.
    EXPECT_EQ(call.who->cause(), hangup_cause::normal_clearing);
    EXPECT_EQ(call.leg->orders, std::vector<std::string>{"hangup NORMAL_CLEARING"});
    EXPECT_EQ(pbx.at->size(), 0u);
    EXPECT_FALSE(call.leg->alive);
    EXPECT_EQ(call.media->self, nullptr);
}

TEST(incoming, no_route) {
    call_world pbx;
    auto call = pbx.comes_in("4711");
    pbx.turn();
    EXPECT_EQ(call.leg->orders, std::vector<std::string>{"hangup NO_ROUTE_DESTINATION"});
    EXPECT_TRUE(pbx.captured.contains("no extension matched"));
}

TEST(incoming, no_dialplan_of_that_name) {
    call_world pbx;
    auto call = pbx.comes_in("1");
    call.who->caller().dialplan = "lua";
    pbx.turn();
    EXPECT_EQ(call.who->cause(), hangup_cause::no_route_destination);
    EXPECT_TRUE(pbx.captured.contains("there is no dialplan \"lua\""));
}

TEST(incoming, an_unknown_application_ends_the_call) {
    call_world pbx;
    pbx.extension("1", {{"anser", ""}});
    auto call = pbx.comes_in("1");
    pbx.turn();
    EXPECT_EQ(call.who->cause(), hangup_cause::destination_out_of_order);
    EXPECT_TRUE(pbx.captured.contains("there is no application \"anser\""));
}

TEST(incoming, an_application_that_throws_ends_the_call) {
    call_world pbx;
    pbx.app("burst", [](channel&, std::string) -> task<> {
        throw std::runtime_error("out of paper");
        co_return;
    });
    pbx.extension("1", {{"burst", ""}, {"noop", ""}});
    auto call = pbx.comes_in("1");
    pbx.turn();
    EXPECT_EQ(call.who->cause(), hangup_cause::destination_out_of_order);
    EXPECT_TRUE(pbx.captured.contains("application burst failed: out of paper"));
}

TEST(incoming, an_offer_that_does_not_fit_is_refused) {
    call_world pbx;
    auto call = pbx.comes_in("1", "bad");
    ASSERT_TRUE(call.failure);
    EXPECT_EQ(call.failure->code, errc::incompatible);
    EXPECT_EQ(call.leg->orders, std::vector<std::string>{"hangup INCOMPATIBLE_DESTINATION"});
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
    EXPECT_FALSE(call.leg->alive);
}

TEST(incoming, no_port_is_free) {
    call_world pbx;
    pbx.engine.full = true;
    auto call = pbx.comes_in("1");
    ASSERT_TRUE(call.failure);
    EXPECT_EQ(call.failure->code, errc::limit_reached);
    EXPECT_EQ(call.leg->last(), "hangup SWITCH_CONGESTION");
}

TEST(incoming, no_media_engine) {
    call_world pbx;
    pbx.tokens.erase(pbx.tokens.begin());
    auto call = pbx.comes_in("1");
    ASSERT_TRUE(call.failure);
    EXPECT_TRUE(pbx.captured.contains("no media engine is loaded"));
    EXPECT_EQ(call.leg->last(), "hangup NETWORK_OUT_OF_ORDER");
}

TEST(incoming, max_sessions) {
    call_world pbx;
    pbx.config.snapshot->put("switch.conf", {{"max-sessions", "2"}});
    problems none;
    ASSERT_TRUE(pbx.config.reload(none));
    auto one = pbx.comes_in("1"), two = pbx.comes_in("1"), three = pbx.comes_in("1");
    EXPECT_FALSE(two.failure);
    ASSERT_TRUE(three.failure);
    EXPECT_EQ(three.failure->code, errc::limit_reached);
    EXPECT_EQ(three.leg->last(), "hangup SWITCH_CONGESTION");
}

TEST(incoming, none_is_taken_while_the_program_ends) {
    call_world pbx;
    pbx.facts->publish(shutting_down{});
    auto call = pbx.comes_in("1");
    ASSERT_TRUE(call.failure);
    EXPECT_EQ(call.leg->last(), "hangup SYSTEM_SHUTDOWN");
    EXPECT_TRUE(pbx.captured.contains("the PBX is shutting down"));
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST(incoming, max_call_seconds) {
    call_world pbx;
    pbx.config.snapshot->put("switch.conf", {{"max-call-seconds", "60"}});
    problems none;
    ASSERT_TRUE(pbx.config.reload(none));
    pbx.app("wait", [](channel& self, std::string) { return self.sleep(std::chrono::hours(5)); });
    pbx.extension("1", {{"wait", ""}});
    auto call = pbx.comes_in("1");
    pbx.pass(seconds(59));
    EXPECT_NE(call.who->state(), channel_state::ended);
    pbx.pass(seconds(2));
    EXPECT_EQ(call.who->cause(), hangup_cause::allotted_timeout);
    EXPECT_EQ(pbx.at->size(), 0u);
    EXPECT_EQ(pbx.time.pending(), 0u);
}

TEST(incoming, ringing_early_media_answer_each_once) {
    call_world pbx;
    auto call = pbx.comes_in("1");
    auto& who = *call.who;
    EXPECT_TRUE(who.ring());
    EXPECT_TRUE(who.ring());
    EXPECT_TRUE(who.pre_answer());
    EXPECT_TRUE(who.ring());
    EXPECT_TRUE(who.pre_answer());
    EXPECT_EQ(who.state(), channel_state::early);
    EXPECT_TRUE(who.answer());
    EXPECT_TRUE(who.answer());
    EXPECT_TRUE(who.pre_answer());
    EXPECT_EQ(call.leg->orders,
              (std::vector<std::string>{"ring", "progress answer", "answer answer"}));
    EXPECT_EQ(who.state(), channel_state::answered);
    who.hangup(hangup_cause::normal_clearing);
    EXPECT_EQ(who.answer().error().code, errc::closed);
    EXPECT_EQ(who.ring().error().code, errc::closed);
}

TEST(incoming, without_an_offer_ours_goes_with_the_answer) {
    call_world pbx;
    auto call = pbx.comes_in("1", "");
    EXPECT_TRUE(call.who->pre_answer());
    EXPECT_TRUE(call.who->answer());
    EXPECT_EQ(call.leg->orders, (std::vector<std::string>{"ring", "answer offer-1"}));
    call.leg->events->answer_received("theirs");
    EXPECT_EQ(call.media->orders, std::vector<std::string>{"final theirs"});
}

TEST(incoming, variables_then_profile_then_globals) {
    call_world pbx;
    pbx.config.values["domain"] = "example.com";
    pbx.config.values["username"] = "global";
    auto call = pbx.comes_in("1");
    call.who->caller().username = "alice";
    EXPECT_EQ(call.who->lookup("domain"), "example.com");
    EXPECT_EQ(call.who->lookup("username"), "alice");
    call.who->vars().set("username", "var");
    EXPECT_EQ(call.who->lookup("username"), "var");
    EXPECT_EQ(call.who->lookup("uuid"), call.who->id());
    EXPECT_EQ(call.who->lookup("nothing"), std::nullopt);
}

TEST(incoming, only_reading_commands_run_inside_a_text) {
    call_world pbx;
    pbx.command_reads("double", [](std::string args) { return args + args; });
    pbx.command_reads(
        "wipe", [](std::string) { return std::string("gone"); }, capability::change);
    auto call = pbx.comes_in("1");
    EXPECT_EQ(call.who->expand("<${double(ab)}>"), "<abab>");
    EXPECT_EQ(call.who->expand("<${wipe(all)}>"), "<>");
    EXPECT_EQ(call.who->expand("<${no_such(1)}>"), "<>");
    EXPECT_EQ(call.who->expand("<${no_such(1)}>"), "<>");
    int warnings = 0;
    for (const auto& each : pbx.captured.records()) warnings += each.level == log_level::warning;
    EXPECT_EQ(warnings, 2);  // each name once
    // What a caller says stays text.
    call.who->caller().caller_id_name = "${wipe(all)} ${double(x)}";
    EXPECT_EQ(call.who->expand("${caller_id_name}"), "${wipe(all)} ${double(x)}");
}

// A text that a command expands again may hold another such command: the stack has an end.
TEST(incoming, commands_within_commands_have_a_limit) {
    call_world pbx;
    auto call = pbx.comes_in("1");
    int runs = 0;
    pbx.command_reads("again", [&](std::string args) {
        ++runs;
        return call.who->expand(args);
    });
    std::string text = "x";
    for (int i = 0; i < 2000; ++i) text = "${again " + text + "}";
    (void)call.who->expand(text);
    EXPECT_LE(runs, 1200);
    EXPECT_TRUE(pbx.captured.contains("nested more than 10 deep"));
    EXPECT_EQ(call.who->expand("${again ${again ${again x}}}"), "x");
}

}  // namespace
}  // namespace strowger
