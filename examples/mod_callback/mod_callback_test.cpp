#include <strowger/testing/test_core.hpp>

#include <gtest/gtest.h>

using namespace strowger;
using strowger::testing::test_core;

namespace {

class mod_callback : public ::testing::Test {
protected:
    mod_callback() {
        pbx.configuration_file("callback.conf", R"(<configuration name="callback.conf"><settings>
<param name="dial-caller" value="test/caller-${caller_id_number}"/>
<param name="delay" value="3"/><param name="patience" value="20"/>
</settings></configuration>)");
        EXPECT_EQ(pbx.reloadxml(), "");
        EXPECT_EQ(pbx.load("mod_callback"), "");
        application bridge{.name = "bridge"};
        bridge.run = [this](channel& self, std::string dial) { return connect(&self, dial); };
        bridge_ = pbx.names().add(std::move(bridge)).value();
        pbx.extension("4000", {{"bridge", "callback/test/boss"}});
    }
    // As mod_apps does it, until somebody answers.
    task<> connect(channel* self, std::string dial) {
        originate_options options;
        options.parent = pbx.calls().find(self->id());
        auto calling = pbx.calls().originate(std::move(dial), std::move(options));
        auto got = co_await std::move(calling);
        if (!got) failure = got.error().cause;
    }
    test_core::call rings(std::string from = "1000") {
        auto call = pbx.comes_in("4000");
        call.who->caller().caller_id_number = std::move(from);
        pbx.pass(milliseconds(10));
        return call;
    }
    bool called(std::string_view address) const {
        for (const auto& each : pbx.phones.placed_calls)
            if (each.address == address) return true;
        return false;
    }
    test_core pbx;
    std::optional<hangup_cause> failure;
    token bridge_;
};

}  // namespace

TEST_F(mod_callback, rings_and_calls_back_who_hangs_up) {
    auto call = rings();
    EXPECT_TRUE(call.leg->was("ring"));
    EXPECT_FALSE(called("boss"));
    call.leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.pass(milliseconds(2900));
    EXPECT_FALSE(called("caller-1000"));
    pbx.pass(milliseconds(200));
    ASSERT_TRUE(called("caller-1000"));
    // They see the number that they had called.
    EXPECT_EQ(pbx.phones.to("caller-1000").caller.caller_id_number, "4000");
    EXPECT_FALSE(called("boss"));

    pbx.phones.to("caller-1000").leg->events->answered("", "answer");
    pbx.turn();
    ASSERT_TRUE(called("boss"));
    EXPECT_EQ(pbx.phones.to("boss").caller.caller_id_number, "1000");
    pbx.phones.to("boss").leg->events->answered("", "answer");
    pbx.turn();
    auto back = pbx.phones.to("caller-1000").who.lock();
    auto boss = pbx.phones.to("boss").who.lock();
    ASSERT_TRUE(back && boss);
    EXPECT_EQ(back->peer(), boss);

    pbx.phones.to("boss").leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.turn();
    EXPECT_TRUE(pbx.phones.to("caller-1000").leg->was("hangup NORMAL_CLEARING"));
}

TEST_F(mod_callback, gives_up_when_the_caller_waits) {
    auto call = rings();
    pbx.pass(seconds(21));
    EXPECT_EQ(failure, hangup_cause::no_answer);
    EXPECT_EQ(call.who->state(), channel_state::ended);  // its extension has no other action
    pbx.pass(seconds(10));
    EXPECT_FALSE(called("caller-1000"));
}

TEST_F(mod_callback, calls_nobody_back_when_another_phone_answers) {
    pbx.extension("4000", {{"bridge", "callback/test/boss,test/desk"}});
    auto call = rings();
    ASSERT_TRUE(called("desk"));
    pbx.phones.to("desk").leg->events->answered("", "answer");
    pbx.pass(seconds(10));
    EXPECT_FALSE(failure);
    EXPECT_FALSE(called("caller-1000"));
}

TEST_F(mod_callback, needs_a_number_to_call_back) {
    for (const auto* number : {"", "anonymous", "1000,test/evil", "123456789012345678901"}) {
        failure.reset();
        rings(number);
        EXPECT_EQ(failure, hangup_cause::call_rejected) << number;
    }
    pbx.pass(seconds(10));
    EXPECT_TRUE(pbx.phones.placed_calls.empty());
}

TEST_F(mod_callback, calls_a_number_back_once_at_a_time) {
    auto first = rings();
    auto second = rings();
    first.leg->events->ended(hangup_cause::normal_clearing, "");
    second.leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.pass(seconds(4));
    EXPECT_EQ(pbx.phones.placed_calls.size(), 1U);
    // When that has failed, another may come.
    pbx.phones.to("caller-1000").leg->events->ended(hangup_cause::user_busy, "486 Busy Here");
    pbx.pass(milliseconds(10));
    EXPECT_TRUE(pbx.log.contains("1000 cannot be called back"));
    auto third = rings();
    third.leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.pass(seconds(4));
    EXPECT_EQ(pbx.phones.placed_calls.size(), 2U);
}

TEST_F(mod_callback, forgets_its_promises_when_it_is_unloaded) {
    {
        auto call = rings();
        EXPECT_NE(pbx.unload("mod_callback"), "");  // its leg rings
        call.leg->events->ended(hangup_cause::normal_clearing, "");
        pbx.pass(milliseconds(10));
    }
    EXPECT_EQ(pbx.unload("mod_callback"), "");
    EXPECT_FALSE(pbx.mapped("mod_callback"));
    pbx.pass(seconds(10));
    EXPECT_FALSE(called("caller-1000"));
}

TEST_F(mod_callback, hangs_up_who_hangs_up_before_the_other_answers) {
    auto call = rings();
    call.leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.pass(seconds(4));
    pbx.phones.to("caller-1000").leg->events->answered("", "answer");
    pbx.turn();
    pbx.phones.to("caller-1000").leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.turn();
    EXPECT_TRUE(pbx.phones.to("boss").leg->was("hangup ORIGINATOR_CANCEL"));
}
