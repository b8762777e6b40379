// Transfers, applications run from outside, waits.
#include "call_world.hpp"

#include <gtest/gtest.h>

namespace strowger {
namespace {

using namespace testing;

task<> read_into(channel* self, std::string* digits) {
    for (;;) {
        auto next = self->read_digit(seconds(5));
        auto digit = co_await std::move(next);
        if (!digit) {
            digits->push_back('.');
            co_return;
        }
        digits->push_back(*digit);
    }
}

TEST(run, a_transfer_from_within_leaves_the_rest_out) {
    call_world pbx;
    std::string ran;
    pbx.app("go", [](channel& self, std::string data) {
        self.transfer(std::move(data), "", "");
        return [](int) -> task<> { co_return; }(0);
    });
    pbx.app("mark", [&ran](channel&, std::string data) {
        ran += data;
        return [](int) -> task<> { co_return; }(0);
    });
    pbx.extension("1", {{"mark", "a"}, {"go", "2"}, {"mark", "b"}});
    pbx.extension("2", {{"mark", "c"}});
    auto call = pbx.comes_in("1");
    pbx.turn();
    EXPECT_EQ(ran, "ac");
    EXPECT_EQ(call.who->cause(), hangup_cause::normal_clearing);
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST(run, transfers_in_a_circle_end) {
    call_world pbx;
    pbx.app("go", [](channel& self, std::string data) {
        self.transfer(std::move(data), "", "");
        return [](int) -> task<> { co_return; }(0);
    });
    pbx.extension("1", {{"go", "1"}});
    auto call = pbx.comes_in("1");
    pbx.turn();
    EXPECT_EQ(call.who->cause(), hangup_cause::exchange_routing_error);
    EXPECT_EQ(pbx.plan.asked.size(), 51u);
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST(run, a_menu_may_go_round_all_day) {
    call_world pbx;
    pbx.app("menu", [](channel& self, std::string) {
        return [](channel* who) -> task<> {
            auto nap = who->sleep(seconds(2));
            co_await std::move(nap);
            who->transfer("1", "", "");
        }(&self);
    });
    pbx.extension("1", {{"menu", ""}});
    auto call = pbx.comes_in("1");
    for (int i = 0; i < 200; ++i) pbx.pass(seconds(2));
    EXPECT_NE(call.who->state(), channel_state::ended);
}

TEST(run, a_transfer_from_outside_before_the_first_turn) {
    call_world pbx;
    pbx.app("rest", [](channel& self, std::string) { return self.sleep(seconds(100)); });
    pbx.extension("2", {{"rest", ""}});
    auto call = pbx.comes_in("1");
    pbx.at->route(call.who, "2", "XML", "other");
    pbx.turn();
    EXPECT_EQ(pbx.plan.asked, std::vector<std::string>{"other/2"});
    EXPECT_EQ(call.who->application(), "rest");
}

TEST(run, an_application_from_outside_replaces_what_runs) {
    call_world pbx;
    std::string digits;
    pbx.app("rest", [](channel& self, std::string) { return self.sleep(seconds(100)); });
    pbx.app("digits", [&digits](channel& self, std::string) { return read_into(&self, &digits); });
    pbx.extension("1", {{"rest", ""}});
    auto call = pbx.comes_in("1");
    pbx.turn();
    pbx.at->execute(call.who, "digits", "");
    pbx.turn();
    EXPECT_EQ(call.who->application(), "digits");
    for (char c : std::string("12#")) call.leg->events->digit(c, milliseconds(100));
    pbx.turn();
    EXPECT_EQ(digits, "12#");
    pbx.pass(seconds(5));
    EXPECT_EQ(digits, "12#.");
    EXPECT_EQ(call.who->cause(), hangup_cause::normal_clearing);
}

TEST(run, digits_are_bounded) {
    call_world pbx;
    auto call = pbx.comes_in("1");
    for (int i = 0; i < 1000; ++i) call.leg->events->digit('1', milliseconds(1));
    call.leg->events->digit('2', milliseconds(1));
    std::string digits;
    auto reading = read_into(call.who.get(), &digits);
    boost::asio::co_spawn(pbx.loop, std::move(reading), [](std::exception_ptr) {});
    pbx.turn();
    EXPECT_EQ(digits.size(), 100u);
    EXPECT_EQ(digits.back(), '2');
    call.who->flush_digits();
}

TEST(run, changed_tells_of_the_next_state) {
    call_world pbx;
    auto call = pbx.comes_in("1");
    std::vector<bool> seen;
    auto look = [](channel_ptr who, std::vector<bool>* into) -> task<> {
        auto first = who->changed(channel_state::starting, seconds(1));
        into->push_back(co_await std::move(first));
        auto second = who->changed(channel_state::ended, seconds(1));
        into->push_back(co_await std::move(second));
    };
    boost::asio::co_spawn(pbx.loop, look(call.who, &seen), [](std::exception_ptr) {});
    call.leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.turn();
    EXPECT_EQ(seen, std::vector<bool>{true});
}

}  // namespace
}  // namespace strowger
