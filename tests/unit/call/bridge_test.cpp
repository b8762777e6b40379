// Two channels bridged: media joined, hold passed on, ends tied together.
#include "call_world.hpp"

#include <strowger/events.hpp>

#include <gtest/gtest.h>

namespace strowger {
namespace {

using namespace testing;

task<> call_and_bridge(calls* at, channel* self, std::string data) {
    originate_options options;
    options.parent = at->find(self->id());
    auto calling = at->originate(std::move(data), std::move(options));
    auto got = co_await std::move(calling);
    if (!got) {
        self->hangup(got.error().cause);
        co_return;
    }
    (void)self->answer();
    auto together = self->bridge(*got);
    auto cause = co_await std::move(together);
    self->vars().set("ended_with", std::string(to_string(cause)));
}

class bridged : public ::testing::Test {
protected:
    bridged() {
        pbx.app("connect", [this](channel& self, std::string data) {
            return call_and_bridge(pbx.at.get(), &self, std::move(data));
        });
        pbx.app("rest", [](channel& self, std::string) { return self.sleep(seconds(100)); });
        pbx.extension("1001", {{"connect", "test/bob"}, {"rest", ""}});
        pbx.extension("9999", {{"rest", ""}});
        a = pbx.comes_in("1001");
        pbx.turn();
        b_media = pbx.engine.made.back();
        b_leg = pbx.phones.to("bob").leg;
        b = pbx.phones.to("bob").who.lock();
        b_leg->events->ringing("t1");
        pbx.turn();
        b_leg->events->answered("t1", "answer-b");
        pbx.turn();
    }
    void expect_empty() {
        pbx.turn();
        EXPECT_EQ(pbx.at->size(), 0u);
        EXPECT_EQ(pbx.uses.count(), 0);
        EXPECT_FALSE(a.leg->alive);
        EXPECT_FALSE(b_leg->alive);
        EXPECT_EQ(a.media->self, nullptr);
        EXPECT_EQ(b_media->self, nullptr);
    }

    call_world pbx;
    heard_facts heard{*pbx.facts};
    call_world::call a;
    channel_ptr b;
    session_record b_media;
    leg_record b_leg;
};

TEST_F(bridged, a_call_from_end_to_end) {
    EXPECT_EQ(b_leg->orders, std::vector<std::string>{"start offer-1"});
    EXPECT_EQ(a.leg->orders, (std::vector<std::string>{"ring", "answer answer"}));
    EXPECT_EQ(a.media->joined, b_media->self);
    EXPECT_EQ(b_media->near, a.media->self);  // on its peer's media thread from birth
    EXPECT_EQ(a.who->peer(), b);
    EXPECT_EQ(b->peer(), a.who);
    EXPECT_EQ(a.who->vars().get("bridge_uuid"), b->id());
    EXPECT_EQ(b->vars().get("bridge_uuid"), a.who->id());
    EXPECT_EQ(b->vars().get("originator"), a.who->id());
    auto rows = pbx.at->table();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].a, a.who);
    EXPECT_EQ(rows[0].b, b);
    EXPECT_EQ(heard.count("CHANNEL_BRIDGE"), 1u);
    EXPECT_EQ(heard.last_fields["CHANNEL_BRIDGE"]["Other-Leg-Unique-ID"], b->id());
}

TEST_F(bridged, the_caller_hangs_up) {
    pbx.pass(seconds(3));
    a.leg->events->ended(hangup_cause::normal_clearing, "BYE");
    EXPECT_EQ(b_leg->last(), "hangup NORMAL_CLEARING");
    EXPECT_EQ(heard.count("CHANNEL_UNBRIDGE"), 1u);
    EXPECT_TRUE(pbx.captured.contains("call 1000 to 1001: 3.0 s, NORMAL_CLEARING (BYE), exposed"));
    expect_empty();
    int lines = 0;
    for (const auto& each : pbx.captured.records()) lines += each.text.starts_with("call ");
    EXPECT_EQ(lines, 1);  // one call, one line
}

TEST_F(bridged, the_called_hangs_up_and_the_caller_goes_on) {
    b_leg->events->ended(hangup_cause::user_busy, "");
    pbx.turn();
    EXPECT_EQ(a.who->state(), channel_state::answered);
    EXPECT_EQ(a.who->application(), "rest");
    EXPECT_EQ(a.who->vars().get("ended_with"), "USER_BUSY");
    EXPECT_EQ(a.who->vars().get("bridge_hangup_cause"), "USER_BUSY");
    EXPECT_EQ(a.who->vars().get("last_bridge_hangup_cause"), "USER_BUSY");
    EXPECT_EQ(a.who->peer(), nullptr);
    EXPECT_EQ(a.media->joined, nullptr);
    a.who->hangup(hangup_cause::normal_clearing);
    expect_empty();
}

TEST_F(bridged, both_hang_up_at_once) {
    a.leg->events->ended(hangup_cause::normal_clearing, "");
    b_leg->events->ended(hangup_cause::normal_clearing, "");
    expect_empty();
    EXPECT_EQ(heard.count("CHANNEL_HANGUP"), 2u);
    EXPECT_EQ(heard.count("CHANNEL_DESTROY"), 2u);
}

TEST_F(bridged, the_caller_is_transferred) {
    a.who->transfer("9999", "", "");
    pbx.turn();
    EXPECT_EQ(b_leg->last(), "hangup NORMAL_CLEARING");
    EXPECT_EQ(a.who->application(), "rest");
    EXPECT_EQ(pbx.plan.asked.back(), "default/9999");
    a.who->hangup(hangup_cause::normal_clearing);
    expect_empty();
}

TEST_F(bridged, the_called_is_transferred) {
    b->transfer("9999", "", "sales");
    pbx.turn();
    EXPECT_EQ(pbx.plan.asked.back(), "sales/9999");
    EXPECT_EQ(b->application(), "rest");
    EXPECT_EQ(a.who->application(), "rest");  // its next action
    EXPECT_EQ(a.who->peer(), nullptr);
    a.who->hangup(hangup_cause::normal_clearing);
    EXPECT_NE(b->state(), channel_state::ended);
    b->hangup(hangup_cause::normal_clearing);
    expect_empty();
}

// The bridge is the caller's, and ends with its transfer; not so a leg that has its own way to go.
TEST_F(bridged, both_are_transferred_in_either_order) {
    a.who->transfer("9999", "", "sales");
    b->transfer("9999", "", "support");
    pbx.turn();
    EXPECT_EQ(pbx.plan.asked,
              (std::vector<std::string>{"default/1001", "sales/9999", "support/9999"}));
    for (const auto& each : {a.who, b}) {
        EXPECT_EQ(each->application(), "rest");
        EXPECT_EQ(each->peer(), nullptr);
    }
    EXPECT_EQ(heard.count("CHANNEL_UNBRIDGE"), 1u);
    b->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_EQ(a.who->application(), "rest");
    a.who->hangup(hangup_cause::normal_clearing);
    expect_empty();
}

TEST_F(bridged, both_are_transferred_the_called_first) {
    b->transfer("9999", "", "support");
    a.who->transfer("9999", "", "sales");
    pbx.turn();
    EXPECT_EQ(a.who->application(), "rest");
    EXPECT_EQ(b->application(), "rest");
    a.who->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_EQ(b->application(), "rest");
    b->hangup(hangup_cause::normal_clearing);
    expect_empty();
}

TEST_F(bridged, hold_is_passed_on_and_taken_back) {
    // A's phone: a=sendonly. For us that leg is recvonly, so B hears that we only send.
    auto answer = a.leg->events->offered("hold");
    EXPECT_EQ(answer.value(), "answer");
    EXPECT_EQ(b_leg->last(), "reoffer offer-2 sendonly");
    b_leg->events->reoffer_done(std::string("answer-hold"));
    EXPECT_EQ(b_media->orders.back(), "final answer-hold@t1");
    EXPECT_TRUE(a.leg->events->offered("resume"));
    EXPECT_EQ(b_leg->last(), "reoffer offer-3");
    // Refused: what was before is in force again.
    b_leg->events->reoffer_done(fail(errc::incompatible, "488"));
    EXPECT_EQ(b_media->orders.back(), "rollback");
}

TEST_F(bridged, who_is_held_by_one_that_ends_is_held_no_more) {
    EXPECT_TRUE(b_leg->events->offered("hold"));
    EXPECT_EQ(a.leg->last(), "reoffer offer-1 sendonly");
    a.leg->events->reoffer_done(std::string("answer-hold"));
    b_leg->events->ended(hangup_cause::normal_clearing, "BYE");
    pbx.turn();
    EXPECT_EQ(a.who->state(), channel_state::answered);  // it rests, as its dialplan says
    EXPECT_EQ(a.leg->last(), "reoffer offer-2");
}

TEST_F(bridged, one_that_is_held_and_ends_with_the_bridge_gets_no_new_offer) {
    EXPECT_TRUE(a.leg->events->offered("hold"));
    EXPECT_EQ(b_leg->last(), "reoffer offer-2 sendonly");
    b_leg->events->reoffer_done(std::string("answer-hold"));
    a.leg->events->ended(hangup_cause::normal_clearing, "BYE");
    pbx.turn();
    EXPECT_EQ(b_leg->last(), "hangup NORMAL_CLEARING");
    expect_empty();
}

TEST_F(bridged, hold_and_resume_before_the_first_is_done) {
    EXPECT_TRUE(a.leg->events->offered("hold"));
    EXPECT_TRUE(a.leg->events->offered("resume"));
    EXPECT_EQ(b_leg->last(), "reoffer offer-2 sendonly");
    b_leg->events->reoffer_done(std::string("x"));
    EXPECT_EQ(b_leg->last(), "reoffer offer-3");
}

TEST_F(bridged, an_offer_that_changes_no_direction_stays_local) {
    EXPECT_TRUE(a.leg->events->offered("again"));
    EXPECT_EQ(b_leg->last(), "start offer-1");
    // RFC 3261, 14.2: glare.
    EXPECT_TRUE(a.leg->events->offered("hold"));
    EXPECT_EQ(b_leg->events->offered("hold").error().code, errc::busy);
}

TEST_F(bridged, an_offer_that_does_not_fit_changes_nothing) {
    EXPECT_EQ(a.leg->events->offered("bad").error().code, errc::incompatible);
    EXPECT_EQ(a.who->state(), channel_state::answered);
    EXPECT_EQ(a.leg->events->offered("").value(), "offer-1");
}

TEST_F(bridged, digits_are_facts_and_masked_in_the_log) {
    a.media->events->on_digit('7', milliseconds(100));
    EXPECT_EQ(heard.last_fields["DTMF"]["DTMF-Digit"], "*");
    EXPECT_EQ(heard.last_fields["DTMF"]["DTMF-Duration"], "100");
    for (const auto& [name, value] : heard.last_fields["DTMF"])
        EXPECT_EQ(value.find('7') != std::string::npos && name.starts_with("DTMF"), false) << name;
    EXPECT_TRUE(pbx.captured.contains("digit *"));
    EXPECT_FALSE(pbx.captured.contains("digit 7"));
    a.media->events->on_digit('\n', milliseconds(100));
    EXPECT_EQ(heard.count("DTMF"), 1u);
}

TEST_F(bridged, the_worst_leg_gives_the_word) {
    for (auto* leg : {a.leg.get(), b_leg.get()}) {
        leg->facts.transport = "tls";
        leg->facts.signalling_encrypted = true;
    }
    for (auto* media : {a.media.get(), b_media.get()}) {
        media->status.negotiated = media->status.encrypted = true;
        media->status.keying = "SDES";
        media->status.suite = "AES_CM_128_HMAC_SHA1_80";
    }
    a.leg->facts.peer = authentication::digest;
    a.leg->facts.peer_name = "1000";
    EXPECT_EQ(pbx.at->table()[0].verdict.word, privacy::unverified);
    b_leg->facts.peer = authentication::certificate;
    EXPECT_EQ(pbx.at->table()[0].verdict.word, privacy::secure);
    b_leg->facts.peer = authentication::none;
    b_leg->facts.peer_problem = "tls-verify-policy is none";
    a.leg->events->ended(hangup_cause::normal_clearing, "");
    EXPECT_TRUE(pbx.captured.contains("unverified: tls-verify-policy is none"));
    expect_empty();
}

TEST(bridge, legs_with_no_common_codec) {
    call_world pbx;
    pbx.app("connect", [&pbx](channel& self, std::string data) {
        return call_and_bridge(pbx.at.get(), &self, std::move(data));
    });
    pbx.extension("1", {{"connect", "test/bob"}});
    auto a = pbx.comes_in("1");
    pbx.turn();
    pbx.engine.made.back()->status.codec = "G722";
    pbx.phones.to("bob").leg->events->answered("", "x");
    pbx.turn();
    EXPECT_EQ(pbx.phones.to("bob").leg->last(), "hangup INCOMPATIBLE_DESTINATION");
    EXPECT_EQ(a.who->vars().get("ended_with"), "INCOMPATIBLE_DESTINATION");
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST(bridge, two_running_calls) {
    call_world pbx;
    pbx.app("rest", [](channel& self, std::string) { return self.sleep(seconds(100)); });
    pbx.extension("1", {{"rest", ""}});
    auto a = pbx.comes_in("1"), b = pbx.comes_in("1");
    (void)a.who->answer();
    (void)b.who->answer();
    pbx.turn();
    auto together = a.who->bridge(b.who);
    boost::asio::co_spawn(pbx.loop, std::move(together), [](std::exception_ptr, hangup_cause) {});
    pbx.turn();
    EXPECT_EQ(a.who->peer(), b.who);
    EXPECT_EQ(b.who->application(), "");  // what it ran is over
    a.who->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST(bridge, ten_thousand_calls_leave_nothing_behind) {
    call_world pbx;
    pbx.log.set_level(log_level::warning);
    pbx.engine.keep = pbx.phones.keep = false;
    leg_state* b_leg = nullptr;
    pbx.phones.script = [&b_leg](leg_state& leg) { b_leg = &leg; };
    pbx.app("connect", [&pbx](channel& self, std::string data) {
        return call_and_bridge(pbx.at.get(), &self, std::move(data));
    });
    pbx.extension("1", {{"connect", "test/bob"}});
    for (int i = 0; i < 10000; ++i) {
        pbx.plan.asked.clear();
        auto a = pbx.comes_in("1");
        pbx.turn();
        b_leg->events->ringing("");
        pbx.turn();
        if (i % 3 != 0) b_leg->events->answered("", "x");
        if (i % 5 != 0) pbx.turn();
        if (i % 2 == 0)
            a.leg->events->ended(hangup_cause::normal_clearing, "");
        else
            b_leg->events->ended(hangup_cause::normal_clearing, "");
        pbx.turn();
        if (a.who->state() != channel_state::ended) a.who->hangup(hangup_cause::normal_clearing);
        a.who.reset();
        pbx.turn();
        ASSERT_EQ(pbx.at->size(), 0u) << i;
    }
    EXPECT_EQ(fake_leg::living(), 0);
    EXPECT_EQ(fake_session::living(), 0);
    EXPECT_EQ(pbx.time.pending(), 0u);
    EXPECT_EQ(pbx.uses.count(), 0);
    EXPECT_EQ(pbx.at->total(), 20000u);
}

}  // namespace
}  // namespace strowger
