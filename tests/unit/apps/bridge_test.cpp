#include "apps_world.hpp"

namespace strowger::testing {
namespace {

class bridge_app : public apps_world {
protected:
    call_world::call dial(std::vector<dialplan_action> before, std::string dial_string) {
        before.push_back({"bridge", std::move(dial_string)});
        return run(std::move(before));
    }
    void bob_ends(hangup_cause cause) {
        leg("bob")->events->ended(cause, "");
        pbx.turn();
    }
    void bob_answers() {
        leg("bob")->events->answered("", "x");
        pbx.turn();
    }
};

TEST_F(bridge_app, answers_and_connects) {
    auto a = dial({}, "test/bob");
    EXPECT_EQ(a.who->state(), channel_state::routing);
    bob_answers();
    EXPECT_EQ(a.leg->last(), "answer answer");
    EXPECT_NE(a.who->peer(), nullptr);
    EXPECT_EQ(a.who->application(), "bridge");
}

TEST_F(bridge_app, goes_on_after_the_bridge) {
    auto a = dial({}, "test/bob");
    bob_answers();
    bob_ends(hangup_cause::normal_clearing);
    EXPECT_EQ(a.who->application(), "rest");
}

TEST_F(bridge_app, hangup_after_bridge) {
    auto a = dial({{"set", "hangup_after_bridge=true"}}, "test/bob");
    bob_answers();
    bob_ends(hangup_cause::call_rejected);
    EXPECT_EQ(a.leg->last(), "hangup CALL_REJECTED");
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(bridge_app, a_failure_ends_the_call_with_its_cause) {
    auto a = dial({}, "test/bob");
    bob_ends(hangup_cause::user_busy);
    EXPECT_EQ(a.leg->last(), "hangup USER_BUSY");
}

TEST_F(bridge_app, no_answer_is_always_a_reason_to_go_on) {
    auto a = dial({{"set", "call_timeout=10"}}, "test/bob");
    pbx.pass(seconds(10));
    EXPECT_EQ(leg("bob")->last(), "hangup NO_ANSWER");
    EXPECT_EQ(a.who->application(), "rest");
    EXPECT_EQ(a.who->vars().get("originate_disposition"), "NO_ANSWER");
}

struct choice {
    std::string_view list;
    hangup_cause cause;
    bool on;
};

TEST_F(bridge_app, continue_on_fail) {
    constexpr choice all[] = {
        {"true", hangup_cause::user_busy, true},
        {"false", hangup_cause::user_busy, false},
        {"USER_BUSY,CALL_REJECTED", hangup_cause::call_rejected, true},
        {"17, 21", hangup_cause::user_busy, true},
        {"user_busy", hangup_cause::user_busy, true},
        {"USER_BUSY", hangup_cause::call_rejected, false},
    };
    for (const auto& each : all) {
        auto a = dial({{"set", cat("continue_on_fail=", each.list)}}, "test/bob");
        bob_ends(each.cause);
        EXPECT_EQ(a.who->application() == "rest", each.on) << each.list;
        a.who->hangup(hangup_cause::normal_clearing);
    }
}

TEST_F(bridge_app, the_caller_gives_up) {
    auto a = dial({}, "test/bob,test/carol");
    a.leg->events->ended(hangup_cause::originator_cancel, "CANCEL");
    pbx.turn();
    EXPECT_EQ(leg("bob")->last(), "hangup ORIGINATOR_CANCEL");
    EXPECT_EQ(leg("carol")->last(), "hangup ORIGINATOR_CANCEL");
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(bridge_app, the_caller_gives_up_as_bob_answers) {
    auto a = dial({}, "test/bob");
    leg("bob")->events->answered("", "x");
    a.leg->events->ended(hangup_cause::originator_cancel, "CANCEL");
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
    EXPECT_FALSE(leg("bob")->alive);
}

TEST_F(bridge_app, a_transferred_called_party_lives_on) {
    auto a = dial({{"set", "hangup_after_bridge=true"}}, "test/bob");
    bob_answers();
    auto b = a.who->peer();
    pbx.extension("2", {{"rest", ""}});
    b->transfer("2", "", "");
    pbx.turn();
    EXPECT_EQ(b->application(), "rest");
    EXPECT_EQ(a.who->application(), "rest");
}

TEST_F(bridge_app, exported_variables_reach_the_other_leg) {
    auto a = dial({{"export", "one=1"},
                   {"export", "nolocal:two=2"},
                   {"export", "one=11"},
                   {"set", "three=3"}},
                  "test/bob");
    auto& bob = pbx.phones.to("bob");
    EXPECT_EQ(bob.vars.get("one"), "11");
    EXPECT_EQ(bob.vars.get("two"), "2");
    EXPECT_EQ(bob.vars.find("three"), nullptr);
    EXPECT_EQ(a.who->vars().get("one"), "11");
    EXPECT_EQ(a.who->vars().find("two"), nullptr);
    EXPECT_EQ(a.who->vars().get("export_vars"), "one,nolocal:two");
}

}  // namespace
}  // namespace strowger::testing
