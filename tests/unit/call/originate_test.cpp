// Calling somebody: at once, in turn, users of the directory, early media, time limits.
#include "call_world.hpp"

#include <gtest/gtest.h>

namespace strowger {
namespace {

using namespace testing;
using outcome = boost::system::result<channel_ptr, originate_failure>;

class originate : public ::testing::Test {
protected:
    void call(std::string dial_string, originate_options options = {}) {
        got.reset();
        auto calling = pbx.at->originate(std::move(dial_string), std::move(options));
        boost::asio::co_spawn(pbx.loop, std::move(calling),
                              [this](std::exception_ptr, outcome what) { got = std::move(what); });
        pbx.turn();
    }
    // The same for a caller, in its own run: unwound when the caller hangs up.
    void call_for(std::string dial_string) {
        pbx.app("dial", [this](channel& self, std::string data) {
            return dial(this, &self, std::move(data));
        });
        pbx.extension("1", {{"dial", std::move(dial_string)}});
        a = pbx.comes_in("1");
        if (prepare) prepare(*a.who);
        pbx.turn();
    }
    static task<> dial(originate* test, channel* self, std::string data) {
        originate_options options;
        options.parent = test->pbx.at->find(self->id());
        auto calling = test->pbx.at->originate(std::move(data), std::move(options));
        auto what = co_await std::move(calling);
        test->got = what;
        auto nap = self->sleep(seconds(1000));
        co_await std::move(nap);
    }
    leg_record leg(std::string_view address) { return pbx.phones.to(address).leg; }
    fake_endpoint::placed& placed(std::string_view address) { return pbx.phones.to(address); }
    std::string failure() {
        if (!got) return "still calling";
        return *got ? "answered" : std::string(to_string(got->error().cause));
    }

    std::optional<outcome> got;  // first: a coroutine may still set it as the world ends
    std::function<void(channel&)> prepare;
    call_world pbx;
    call_world::call a;
};

TEST_F(originate, one_answers) {
    call("test/bob");
    leg("bob")->events->ringing("");
    pbx.turn();
    EXPECT_EQ(failure(), "still calling");
    leg("bob")->events->answered("", "x");
    pbx.turn();
    ASSERT_TRUE(got && *got);
    EXPECT_EQ((**got)->state(), channel_state::answered);
    (**got)->hangup(hangup_cause::normal_clearing);
}

TEST_F(originate, the_first_answer_wins) {
    call("test/bob,test/carol,test/dave");
    leg("dave")->events->ended(hangup_cause::user_busy, "");
    leg("carol")->events->answered("", "x");
    pbx.turn();
    ASSERT_EQ(failure(), "answered");
    EXPECT_EQ(leg("bob")->last(), "hangup LOSE_RACE");
    EXPECT_EQ(leg("carol")->last(), "start offer-1");
    EXPECT_EQ(pbx.at->size(), 1u);
    (**got)->hangup(hangup_cause::normal_clearing);
}

TEST_F(originate, two_answer_in_the_same_turn) {
    call("test/bob,test/carol");
    leg("carol")->events->answered("", "x");
    leg("bob")->events->answered("", "x");
    pbx.turn();
    ASSERT_EQ(failure(), "answered");
    EXPECT_EQ(pbx.at->size(), 1u);
    EXPECT_EQ(leg("carol")->last(), "hangup LOSE_RACE");
    (**got)->hangup(hangup_cause::normal_clearing);
}

TEST_F(originate, in_turn) {
    call("error/USER_BUSY|test/nowhere|test/bob|test/carol");
    EXPECT_EQ(pbx.phones.placed_calls.size(), 1u);
    leg("bob")->events->ended(hangup_cause::call_rejected, "603");
    pbx.turn();
    leg("carol")->events->ended(hangup_cause::user_busy, "486");
    pbx.turn();
    EXPECT_EQ(failure(), "USER_BUSY");
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(originate, what_cannot_be_called) {
    call("error/user_not_registered");
    EXPECT_EQ(failure(), "USER_NOT_REGISTERED");
    call("test/nowhere");
    EXPECT_EQ(failure(), "USER_NOT_REGISTERED");
    call("skinny/1");
    EXPECT_EQ(failure(), "DESTINATION_OUT_OF_ORDER");
    EXPECT_NE(got->error().text.find("there is no endpoint \"skinny\""), std::string::npos);
    call("{a=1");
    EXPECT_EQ(failure(), "DESTINATION_OUT_OF_ORDER");
    EXPECT_NE(got->error().text.find("at character 2"), std::string::npos);
    call("test/refused");
    EXPECT_EQ(failure(), "NORMAL_TEMPORARY_FAILURE");
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(originate, no_answer_in_time) {
    call("{originate_timeout=5}test/bob|test/carol");
    pbx.pass(seconds(4));
    EXPECT_EQ(failure(), "still calling");
    pbx.pass(seconds(1));
    EXPECT_EQ(failure(), "NO_ANSWER");
    EXPECT_EQ(leg("bob")->last(), "hangup NO_ANSWER");
    EXPECT_EQ(pbx.phones.placed_calls.size(), 1u);  // the time is up for all
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
    EXPECT_EQ(pbx.time.pending(), 0u);
}

TEST_F(originate, a_leg_has_a_time_of_its_own) {
    call("[leg_timeout=2]test/bob|test/carol");
    pbx.pass(seconds(2));
    EXPECT_EQ(leg("bob")->last(), "hangup NO_ANSWER");
    EXPECT_EQ(leg("carol")->last(), "start offer-1");
    leg("carol")->events->answered("", "x");
    pbx.turn();
    EXPECT_EQ(failure(), "answered");
    (**got)->hangup(hangup_cause::normal_clearing);
}

TEST_F(originate, tries_again) {
    call("{originate_retries=2,originate_retry_sleep_ms=500}test/bob");
    leg("bob")->events->ended(hangup_cause::user_busy, "");
    pbx.turn();
    EXPECT_EQ(pbx.phones.placed_calls.size(), 1u);
    pbx.pass(milliseconds(500));
    EXPECT_EQ(pbx.phones.placed_calls.size(), 2u);
    leg("bob")->events->ended(hangup_cause::user_busy, "");
    pbx.turn();
    EXPECT_EQ(failure(), "USER_BUSY");
}

// What media are made by (where the signalling comes from, is it encrypted) must be true then.
TEST_F(originate, media_are_made_when_the_way_is_known) {
    call_for("test/far");
    auto bob = leg("far");
    EXPECT_EQ(bob->last(), "prepare");
    ASSERT_EQ(pbx.engine.made.size(), 1u);
    bob->facts.remote_address = "192.0.2.9:5061";
    bob->events->ready();
    EXPECT_EQ(bob->last(), "start offer-1");
    ASSERT_EQ(pbx.engine.made.size(), 2u);
    EXPECT_EQ(pbx.engine.made[1]->facts.remote_address, "192.0.2.9:5061");
    EXPECT_EQ(pbx.engine.made[1]->near, pbx.engine.made[0]->self);
    bob->events->answered("", "x");
    pbx.turn();
    ASSERT_TRUE(got && *got);
}

TEST_F(originate, the_way_is_found_after_the_caller_went) {
    call_for("test/far");
    auto bob = leg("far");
    bob->ends_by_itself = false;
    a.leg->events->ended(hangup_cause::originator_cancel, "CANCEL");
    pbx.turn();
    EXPECT_EQ(bob->last(), "hangup ORIGINATOR_CANCEL");
    bob->events->ready();
    EXPECT_EQ(bob->last(), "hangup ORIGINATOR_CANCEL");
    EXPECT_EQ(pbx.engine.made.size(), 1u);
    bob->events->ended(hangup_cause::originator_cancel, "");
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(originate, no_media_when_the_way_is_known) {
    call("test/far");
    pbx.engine.full = true;
    leg("far")->events->ready();
    pbx.turn();
    EXPECT_EQ(failure(), "SWITCH_CONGESTION");
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(originate, the_caller_hangs_up) {
    call_for("test/bob,test/carol");
    leg("bob")->events->ringing("");
    pbx.turn();
    a.leg->events->ended(hangup_cause::originator_cancel, "CANCEL");
    pbx.turn();
    EXPECT_EQ(leg("bob")->last(), "hangup ORIGINATOR_CANCEL");
    EXPECT_EQ(leg("carol")->last(), "hangup ORIGINATOR_CANCEL");
    EXPECT_EQ(pbx.at->size(), 0u);
    EXPECT_EQ(pbx.uses.count(), 0);
}

TEST_F(originate, somebody_else_took_the_callers_call) {
    call_for("test/bob");
    leg("bob")->events->ringing("");
    pbx.turn();
    a.leg->events->ended(hangup_cause::lose_race, "CANCEL");
    pbx.turn();
    EXPECT_EQ(leg("bob")->last(), "hangup LOSE_RACE");
}

TEST_F(originate, the_caller_hangs_up_as_the_other_answers) {
    call_for("test/bob");
    leg("bob")->events->answered("", "x");
    a.leg->events->ended(hangup_cause::originator_cancel, "CANCEL");
    pbx.turn();
    EXPECT_EQ(leg("bob")->last(), "hangup ORIGINATOR_CANCEL");
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(originate, the_caller_is_transferred_meanwhile) {
    call_for("test/bob");
    pbx.extension("2", {{"noop", ""}});
    a.who->transfer("2", "", "");
    pbx.turn();
    EXPECT_EQ(leg("bob")->last(), "hangup ORIGINATOR_CANCEL");
    EXPECT_EQ(pbx.plan.asked.back(), "default/2");
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(originate, ringing_and_the_first_early_media_are_passed_on) {
    call_for("test/bob,test/carol");
    auto bob_media = pbx.engine.made[1], carol_media = pbx.engine.made[2];
    leg("bob")->events->ringing("");
    pbx.turn();
    EXPECT_EQ(a.leg->orders, std::vector<std::string>{"ring"});
    leg("carol")->events->progressed("t", "x");
    pbx.turn();
    EXPECT_EQ(a.leg->last(), "progress answer");
    EXPECT_EQ(carol_media->orders, (std::vector<std::string>{"provisional x@t"}));
    EXPECT_EQ(a.media->joined, carol_media->self);
    leg("bob")->events->progressed("t", "x");
    pbx.turn();
    EXPECT_EQ(a.media->joined, carol_media->self);
    leg("carol")->events->ended(hangup_cause::user_busy, "");
    pbx.turn();
    EXPECT_EQ(a.media->joined, bob_media->self);
    a.who->hangup(hangup_cause::normal_clearing);
}

TEST_F(originate, early_media_can_be_ignored) {
    call_for("{ignore_early_media=true}test/bob");
    leg("bob")->events->progressed("t", "x");
    pbx.turn();
    EXPECT_TRUE(a.leg->orders.empty());
    EXPECT_EQ(a.media->joined, nullptr);
    a.who->hangup(hangup_cause::normal_clearing);
}

TEST_F(originate, early_media_that_does_not_fit_still_rings) {
    call_for("test/bob");
    leg("bob")->events->progressed("t", "bad");
    pbx.turn();
    EXPECT_EQ(a.leg->orders, std::vector<std::string>{"ring"});
    leg("bob")->events->answered("t", "bad");
    pbx.turn();
    EXPECT_EQ(failure(), "INCOMPATIBLE_DESTINATION");
    EXPECT_EQ(a.who->vars().get("originate_disposition"), "INCOMPATIBLE_DESTINATION");
    EXPECT_EQ(a.who->vars().get("last_bridge_hangup_cause"), "INCOMPATIBLE_DESTINATION");
}

TEST_F(originate, a_forked_branch_that_ends_is_dropped) {
    call_for("test/bob");
    leg("bob")->events->progressed("t1", "x");
    leg("bob")->events->branch_ended("t1");
    EXPECT_EQ(pbx.engine.made.back()->orders,
              (std::vector<std::string>{"provisional x@t1", "drop t1"}));
}

TEST_F(originate, variables_and_caller_id_reach_the_leg) {
    prepare = [](channel& who) {
        who.vars().set("export_vars", "x,nolocal:y,missing");
        who.vars().set("x", "1");
        who.vars().set("nolocal:y", "2");
        who.vars().set("secret", "3");
        who.vars().set("effective_caller_id_name", "Front Desk");
        who.vars().set("effective_caller_id_number", "100");
    };
    call_for("{b=curly,c=curly}[b=square,origination_caller_id_number=200]test/bob,test/carol");
    auto& bob = placed("bob");
    EXPECT_EQ(bob.vars.get("x"), "1");
    EXPECT_EQ(bob.vars.get("y"), "2");
    EXPECT_EQ(bob.vars.find("secret"), nullptr);
    EXPECT_EQ(bob.vars.get("b"), "curly");  // {} overwrites []
    EXPECT_EQ(bob.vars.get("c"), "curly");
    EXPECT_EQ(bob.caller.caller_id_name, "Front Desk");
    EXPECT_EQ(bob.caller.caller_id_number, "200");
    EXPECT_EQ(placed("carol").caller.caller_id_number, "100");
}

TEST_F(originate, local_var_clobber) {
    call("{b=curly,local_var_clobber=true}[b=square]test/bob");
    EXPECT_EQ(placed("bob").vars.get("b"), "square");
}

TEST_F(originate, an_id_of_ones_own) {
    call("{origination_uuid=my-id}test/bob");
    EXPECT_EQ(pbx.at->find("my-id"), placed("bob").who.lock());
    call("{origination_uuid=my-id}test/carol");
    EXPECT_NE(placed("carol").who.lock()->id(), "my-id");
}

// primer.txt, step 5: the dial-string as it stands there, blank before presence_id included.
constexpr std::string_view primer =
    "{rtp_secure_media=${regex(${sofia_contact(${dialed_user}@${dialed_domain})}|transport=tls)}, "
    "presence_id=${dialed_user}@${dialed_domain}}${sofia_contact(${dialed_user}@${dialed_domain})}";

class users : public originate {
protected:
    users() {
        pbx.config.values["domain"] = "example.com";
        pbx.command_reads("sofia_contact", [](std::string args) -> std::string {
            if (args == "1001@example.com") return "test/sip:1001@192.0.2.1;transport=tls";
            if (args == "1002@example.com") return "test/sip:1002@192.0.2.2,test/second";
            return "error/user_not_registered";
        });
        pbx.command_reads("regex", [](std::string args) -> std::string {
            auto bar = args.find('|');
            return args.substr(0, bar).find(args.substr(bar + 1)) != args.npos ? "true" : "false";
        });
        for (auto id : {"1001", "1002", "1003"})
            pbx.people.add(id, "example.com", std::string(primer));
    }
};

TEST_F(users, the_primers_dial_string) {
    call("user/1001@example.com");
    auto& leg = placed("sip:1001@192.0.2.1;transport=tls");
    EXPECT_EQ(leg.vars.get("rtp_secure_media"), "true");
    EXPECT_EQ(leg.vars.get("presence_id"), "1001@example.com");
    EXPECT_EQ(leg.vars.get("dialed_user"), "1001");
    EXPECT_EQ(leg.vars.get("dialed_domain"), "example.com");
    call("user/1002");  // the domain by default; two phones
    EXPECT_EQ(placed("sip:1002@192.0.2.2").vars.get("rtp_secure_media"), "false");
    EXPECT_EQ(placed("second").vars.get("presence_id"), "1002@example.com");
    call("user/1003");
    EXPECT_EQ(failure(), "USER_NOT_REGISTERED");
}

TEST_F(users, who_is_not_there) {
    call("user/4711");
    EXPECT_EQ(failure(), "SUBSCRIBER_ABSENT");
    pbx.people.add("bare", "example.com", "");
    call("user/bare");
    EXPECT_EQ(failure(), "MANDATORY_IE_MISSING");
    pbx.people.add("loop", "example.com", "user/loop");
    call("user/loop");
    EXPECT_EQ(failure(), "EXCHANGE_ROUTING_ERROR");
    pbx.people.add("broken", "example.com", "{a");
    call("user/broken");
    EXPECT_EQ(failure(), "DESTINATION_OUT_OF_ORDER");
    EXPECT_TRUE(pbx.captured.contains("at character 2"));
}

TEST_F(users, neighbours_of_an_absent_one_still_ring) {
    call("user/4711,user/1001");
    EXPECT_EQ(failure(), "still calling");
    EXPECT_EQ(pbx.phones.placed_calls.size(), 1u);
}

TEST_F(users, alternatives_of_a_dial_string_come_in_turn) {
    pbx.people.add("desk", "example.com", "test/phone|test/mobile");
    call("user/desk,test/other|test/last");
    EXPECT_EQ(pbx.phones.placed_calls.size(), 2u);
    leg("phone")->events->ended(hangup_cause::user_busy, "");
    leg("other")->events->ended(hangup_cause::user_busy, "");
    pbx.turn();
    EXPECT_EQ(leg("mobile")->last(), "start offer-1");
    leg("mobile")->events->ended(hangup_cause::user_busy, "");
    pbx.turn();
    EXPECT_EQ(leg("last")->last(), "start offer-1");
}

TEST_F(users, which_variable_is_strongest) {
    auto& desk = pbx.people.add("desk", "example.com", "{a=user-curly,b=user-curly}[b=x]test/desk");
    desk.vars.set("a", "directory");
    desk.vars.set("z", "directory");
    call("{a=call-curly}[b=call-square]user/desk");
    auto& leg = placed("desk");
    EXPECT_EQ(leg.vars.get("z"), "directory");
    EXPECT_EQ(leg.vars.get("a"), "call-curly");
    EXPECT_EQ(leg.vars.get("b"), "call-square");
}

TEST_F(users, an_old_name_is_warned_of_once) {
    call("{sip_secure_media=true}test/bob");
    call("[sip_secure_media=true]test/bob");
    int warnings = 0;
    for (const auto& each : pbx.captured.records())
        warnings += each.text.find("rtp_secure_media") != std::string::npos;
    EXPECT_EQ(warnings, 1);
}

}  // namespace
}  // namespace strowger
