// Ends in every state and from every side; what a call leaves behind.
#include "call_world.hpp"

#include <strowger/events.hpp>

#include <gtest/gtest.h>

namespace strowger {
namespace {

using namespace testing;

struct counted {
    counted() { ++alive; }
    ~counted() { --alive; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    static inline int alive = 0;
};

task<> wait_for_ever(channel* self) {
    counted here;
    auto nap = self->sleep(std::chrono::hours(5));
    co_await std::move(nap);
}

class hangup_in : public ::testing::TestWithParam<channel_state> {
protected:
    hangup_in() {
        pbx.app("wait", [](channel& self, std::string) { return wait_for_ever(&self); });
        pbx.extension("1", {{"wait", ""}, {"noop", ""}});
    }
    call_world::call call_in(channel_state state) {
        auto call = pbx.comes_in("1");
        if (state == channel_state::starting) return call;
        pbx.turn();
        if (state == channel_state::ringing) {
            EXPECT_TRUE(call.who->ring());
        }
        if (state == channel_state::early) {
            EXPECT_TRUE(call.who->pre_answer());
        }
        if (state == channel_state::answered) {
            EXPECT_TRUE(call.who->answer());
        }
        EXPECT_EQ(call.who->state(), state);
        return call;
    }
    void expect_nothing_left(const call_world::call& call) {
        EXPECT_EQ(counted::alive, 0);
        EXPECT_EQ(pbx.at->size(), 0u);
        EXPECT_FALSE(call.leg->alive);
        EXPECT_EQ(call.media->self, nullptr);
        EXPECT_EQ(pbx.time.pending(), 0u);
        EXPECT_EQ(pbx.uses.count(), static_cast<std::int64_t>(0));
    }
    call_world pbx;
};

TEST_P(hangup_in, by_us) {
    auto call = call_in(GetParam());
    call.who->hangup(hangup_cause::user_busy, "enough");
    EXPECT_EQ(call.who->state(), channel_state::ended);
    EXPECT_EQ(call.who->media(), nullptr);
    call.who->hangup(hangup_cause::normal_clearing);  // the first cause stays
    pbx.turn();
    EXPECT_EQ(call.who->cause(), hangup_cause::user_busy);
    EXPECT_EQ(call.leg->last(), "hangup USER_BUSY");
    expect_nothing_left(call);
}

TEST_P(hangup_in, by_the_far_end) {
    auto call = call_in(GetParam());
    call.leg->events->ended(hangup_cause::originator_cancel, "CANCEL");
    pbx.turn();
    EXPECT_EQ(call.who->cause(), hangup_cause::originator_cancel);
    EXPECT_FALSE(call.leg->was("hangup ORIGINATOR_CANCEL"));
    expect_nothing_left(call);
}

TEST_P(hangup_in, by_both_at_once) {
    auto call = call_in(GetParam());
    call.who->hangup(hangup_cause::normal_clearing);
    call.leg->events->ended(hangup_cause::call_rejected, "");
    pbx.turn();
    EXPECT_EQ(call.who->cause(), hangup_cause::normal_clearing);
    expect_nothing_left(call);
}

INSTANTIATE_TEST_SUITE_P(states, hangup_in,
                         ::testing::Values(channel_state::starting, channel_state::routing,
                                           channel_state::ringing, channel_state::early,
                                           channel_state::answered),
                         [](const auto& which) { return std::string(to_string(which.param)); });

TEST(hangup, the_channel_stays_until_its_leg_is_over) {
    call_world pbx;
    auto call = pbx.comes_in("1");
    call.leg->ends_by_itself = false;
    call.who->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 1u);
    EXPECT_TRUE(call.leg->alive);
    call.leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
    EXPECT_FALSE(call.leg->alive);
}

TEST(hangup, a_leg_that_ends_from_within_the_order) {
    call_world pbx;
    heard_facts heard(*pbx.facts);
    auto call = pbx.comes_in("1");
    call.leg->ends_within = true;
    call.who->hangup(hangup_cause::user_busy);
    pbx.turn();
    EXPECT_EQ(heard.names,
              (std::vector<std::string>{"CHANNEL_CREATE", "CHANNEL_HANGUP",
                                        "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"}));
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST(hangup, from_within_its_own_application) {
    call_world pbx;
    bool went_on = false;
    pbx.app("stop", [&went_on](channel& self, std::string) {
        self.hangup(hangup_cause::call_rejected);
        return [](channel* who, bool* on) -> task<> {
            auto nap = who->sleep(seconds(1));
            co_await std::move(nap);
            *on = true;
        }(&self, &went_on);
    });
    pbx.extension("1", {{"stop", ""}, {"noop", ""}});
    auto call = pbx.comes_in("1");
    pbx.pass(seconds(2));
    EXPECT_FALSE(went_on);
    EXPECT_EQ(call.who->cause(), hangup_cause::call_rejected);
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST(hangup, media_timeout) {
    call_world pbx;
    auto call = pbx.comes_in("1");
    ASSERT_TRUE(call.who->answer());
    call.media->events->on_media_timeout();
    EXPECT_EQ(call.leg->last(), "hangup MEDIA_TIMEOUT");
}

TEST(hangup, all_and_by_variable) {
    call_world pbx;
    auto one = pbx.comes_in("1"), two = pbx.comes_in("1"), three = pbx.comes_in("1");
    two.who->vars().set("accountcode", "7");
    EXPECT_EQ(pbx.at->hangup_all(hangup_cause::manager_request, "accountcode", "7"), 1u);
    EXPECT_EQ(two.leg->last(), "hangup MANAGER_REQUEST");
    EXPECT_EQ(pbx.at->hangup_all(hangup_cause::system_shutdown), 2u);
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST(hangup, facts_cdr_and_one_line) {
    call_world pbx;
    heard_facts heard(*pbx.facts);
    pbx.app("wait", [](channel& self, std::string) { return wait_for_ever(&self); });
    pbx.extension("1", {{"wait", "data"}});
    auto call = pbx.comes_in("1");
    call.who->caller().caller_id_number = "10\n00";
    pbx.pass(milliseconds(1500));
    ASSERT_TRUE(call.who->answer());
    call.who->vars().set("switch_r_sdp", "a=crypto:1 X inline:c2VjcmV0 ");
    call.who->set_secret("pin", "1234");
    pbx.pass(milliseconds(12340));
    call.who->hangup(hangup_cause::normal_clearing);
    auto& vars = call.who->vars();
    EXPECT_EQ(vars.get("duration"), "13");
    EXPECT_EQ(vars.get("billsec"), "12");
    EXPECT_EQ(vars.get("billmsec"), "12340");
    EXPECT_EQ(vars.get("hangup_cause"), "NORMAL_CLEARING");
    EXPECT_EQ(vars.get("hangup_cause_q850"), "16");
    EXPECT_EQ(vars.get("uuid"), call.who->id());
    EXPECT_EQ(vars.get("answer_uepoch").size(), vars.get("answer_epoch").size() + 6);
    EXPECT_FALSE(vars.get("end_stamp").empty());
    pbx.turn();
    EXPECT_EQ(heard.names, (std::vector<std::string>{
                               "CHANNEL_CREATE", "CHANNEL_EXECUTE", "CHANNEL_ANSWER",
                               "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"}));
    auto& end = heard.last_fields["CHANNEL_HANGUP_COMPLETE"];
    EXPECT_EQ(end["Unique-ID"], call.who->id());
    EXPECT_EQ(end["Hangup-Cause"], "NORMAL_CLEARING");
    EXPECT_EQ(end["Channel-State"], "CS_HANGUP");
    EXPECT_EQ(end["Call-Direction"], "inbound");
    EXPECT_EQ(end["Caller-Destination-Number"], "1");
    EXPECT_EQ(end["variable_switch_r_sdp"], "a=crypto:1 X inline:*** ");
    EXPECT_EQ(end["variable_pin"], "****");
    EXPECT_EQ(heard.last_fields["CHANNEL_EXECUTE"]["Application"], "wait");
    EXPECT_EQ(heard.last_fields["CHANNEL_EXECUTE"]["Application-Data"], "data");
    EXPECT_TRUE(
        pbx.captured.contains("call 10?00 to 1: 12.3 s, NORMAL_CLEARING, exposed: "
                              "signalling over udp is in the clear"));
}

TEST(hangup, the_table_may_go_before_the_calls) {
    auto pbx = std::make_unique<call_world>();
    pbx->app("wait", [](channel& self, std::string) { return wait_for_ever(&self); });
    pbx->extension("1", {{"wait", ""}});
    auto call = pbx->comes_in("1");
    pbx->turn();
    pbx->at = make_calls({pbx->loop.get_executor(), pbx->time, *pbx->facts, *pbx->names,
                          pbx->config, pbx->people, pbx->log});
    EXPECT_EQ(call.who->state(), channel_state::ended);
    call.who->hangup(hangup_cause::normal_clearing);
    EXPECT_EQ(call.who->expand("${domain}"), "${domain}");
    pbx->turn();
    call.who.reset();
    pbx.reset();
    EXPECT_EQ(counted::alive, 0);
}

}  // namespace
}  // namespace strowger
