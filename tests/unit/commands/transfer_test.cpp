// uuid_transfer on a call that mod_apps' bridge connected.
#include "commands_world.hpp"

namespace strowger::testing {
namespace {

class uuid_transfer : public commands_world {
protected:
    uuid_transfer() {
        pbx.extension("1001", {{"bridge", "test/bob"}, {"rest", ""}});
        pbx.extension("9999", {{"rest", ""}});
        a = pbx.comes_in("1001").who;
        pbx.turn();
        b = pbx.phones.to("bob").who.lock();
        pbx.phones.to("bob").leg->events->answered("t", "answer-b");
        pbx.turn();
        EXPECT_EQ(a->peer(), b);
        pbx.plan.asked.clear();
    }
    // The named leg, then what follows its id.
    void transfer(const channel_ptr& which, std::string_view rest) {
        EXPECT_EQ(run(cat("uuid_transfer ", which->id(), " ", rest)).text, "+OK");
        pbx.turn();
    }
    using asked = std::vector<std::string>;
    channel_ptr a, b;
};

TEST_F(uuid_transfer, the_named_leg_alone) {
    transfer(a, "9999 XML sales");
    EXPECT_EQ(pbx.plan.asked, asked{"sales/9999"});
    EXPECT_EQ(a->application(), "rest");
    EXPECT_EQ(b->state(), channel_state::ended);  // the bridge was the caller's
    EXPECT_EQ(b->cause(), hangup_cause::normal_clearing);
}

TEST_F(uuid_transfer, the_named_leg_when_it_was_called) {
    transfer(b, "9999 XML sales");
    EXPECT_EQ(pbx.plan.asked, asked{"sales/9999"});
    EXPECT_EQ(b->application(), "rest");
    EXPECT_EQ(a->application(), "rest");  // goes on after its bridge
}

TEST_F(uuid_transfer, bleg_is_the_other_one) {
    transfer(a, "-bleg 9999 XML sales");
    EXPECT_EQ(pbx.plan.asked, asked{"sales/9999"});
    EXPECT_EQ(b->caller().destination_number, "9999");
    EXPECT_EQ(b->application(), "rest");
    EXPECT_EQ(a->caller().destination_number, "1001");
    EXPECT_EQ(a->application(), "rest");
    a->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_EQ(b->application(), "rest");
}

TEST_F(uuid_transfer, bleg_of_the_called_is_the_caller) {
    transfer(b, "-bleg 9999 XML sales");
    EXPECT_EQ(pbx.plan.asked, asked{"sales/9999"});
    EXPECT_EQ(a->caller().destination_number, "9999");
    EXPECT_EQ(b->state(), channel_state::ended);
}

TEST_F(uuid_transfer, both_whichever_is_named) {
    transfer(a, "-both 9999 XML sales");
    EXPECT_EQ(pbx.plan.asked, (asked{"sales/9999", "sales/9999"}));
    for (const auto& each : {a, b}) {
        EXPECT_EQ(each->application(), "rest");
        EXPECT_EQ(each->peer(), nullptr);
    }
    b->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_EQ(a->application(), "rest");
}

TEST_F(uuid_transfer, both_when_the_called_is_named) {
    transfer(b, "-both 9999 XML sales");
    EXPECT_EQ(pbx.plan.asked, (asked{"sales/9999", "sales/9999"}));
    EXPECT_EQ(a->application(), "rest");
    EXPECT_EQ(b->application(), "rest");
    a->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_EQ(b->application(), "rest");
}

TEST_F(uuid_transfer, the_other_leg_of_a_call_that_is_not_bridged) {
    b->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    auto reply = run(cat("uuid_transfer ", a->id(), " -both 9999"));
    EXPECT_EQ(reply.text, cat("-ERR Channel ", a->id(), " is not bridged."));
    EXPECT_TRUE(pbx.plan.asked.empty());
}

// The caller is gone while the called party's leg is up and not bridged yet: nobody else ends it.
TEST_F(uuid_transfer, a_leg_that_was_never_bridged_ends_with_its_caller) {
    pbx.extension("1002", {{"bridge", "test/carol"}});
    auto caller = pbx.comes_in("1002");
    pbx.turn();
    auto carol = pbx.phones.to("carol").who.lock();
    pbx.phones.to("carol").leg->events->answered("t", "answer-c");
    caller.who->transfer("9999", "", "");
    pbx.turn();
    EXPECT_EQ(carol->state(), channel_state::ended);
    EXPECT_EQ(caller.who->application(), "rest");
}

}  // namespace
}  // namespace strowger::testing
