// Operations on one module that are asked for at once, and askers that go away.
#include "core_fixture.hpp"

#include <gmock/gmock.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace strowger::testing {

namespace {

using ::testing::HasSubstr;

class queue : public core_fixture {
protected:
    // Asks for something now; the outcome comes into `outcomes`.
    void ask_for(task<result<void>> work) {
        auto place = outcomes.size();
        outcomes.emplace_back();
        boost::asio::co_spawn(pbx->loop(), std::move(work),
                              [this, place](std::exception_ptr, result<void> outcome) {
                                  outcomes[place] = std::move(outcome);
                              });
    }
    bool all_answered() {
        return run_until([this] {
            return std::all_of(outcomes.begin(), outcomes.end(),
                               [](const auto& each) { return each.has_value(); });
        });
    }
    std::vector<std::optional<result<void>>> outcomes;
};

TEST_F(queue, reloads_at_once_go_one_after_the_other) {
    for (const std::string name : {"mod_exclusive", "mod_good"}) {
        give(name);
        ASSERT_TRUE(load(name).has_value());
        outcomes.clear();
        for (int i = 0; i < 20; ++i)
            ask_for(pbx->modules().reload(name, false, milliseconds(1000)));
        ASSERT_TRUE(all_answered()) << name;
        for (const auto& each : outcomes) EXPECT_TRUE(each->has_value()) << each->error().text;
        EXPECT_TRUE(run_until([&] { return state_of(name) == "running"; }));
    }
    EXPECT_TRUE(run_until([&] { return pbx->modules().list().size() == 2; }));
}

TEST_F(queue, each_finds_what_the_one_before_it_left) {
    give("mod_exclusive");
    ask_for(pbx->modules().load("mod_exclusive"));
    ask_for(pbx->modules().load("mod_exclusive"));
    ask_for(pbx->modules().unload("mod_exclusive", false, milliseconds(2000)));
    ask_for(pbx->modules().unload("mod_exclusive", false, milliseconds(2000)));
    ask_for(pbx->modules().reload("mod_exclusive", false, milliseconds(1000)));
    ASSERT_TRUE(all_answered());
    EXPECT_TRUE(outcomes[0]->has_value());
    EXPECT_THAT(outcomes[1]->error().text, HasSubstr("mod_exclusive is loaded already"));
    EXPECT_TRUE(outcomes[2]->has_value());
    EXPECT_THAT(outcomes[3]->error().text, HasSubstr("mod_exclusive is not loaded"));
    EXPECT_TRUE(outcomes[4]->has_value());
    EXPECT_EQ(state_of("mod_exclusive"), "running");
}

TEST_F(queue, one_module_does_not_wait_for_another) {
    give("mod_exclusive");
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    auto held = pbx->names().find_application("good_app");
    ask_for(pbx->modules().unload("mod_good", false, std::chrono::hours(1)));
    EXPECT_TRUE(load("mod_exclusive").has_value());
    EXPECT_FALSE(outcomes[0].has_value());
    held = {};
    ASSERT_TRUE(all_answered());
    EXPECT_TRUE(outcomes[0]->has_value());
}

TEST_F(queue, an_asker_that_goes_away_stops_nothing_in_the_middle) {
    give("mod_exclusive");
    ASSERT_TRUE(load("mod_exclusive").has_value());
    boost::asio::cancellation_signal gone;
    bool over = false;
    boost::asio::co_spawn(pbx->loop(),
                          pbx->modules().reload("mod_exclusive", false, milliseconds(1000)),
                          boost::asio::bind_cancellation_slot(
                              gone.slot(), [&](std::exception_ptr, result<void>) { over = true; }));
    // The old one has been stopped, the new one is not there yet.
    ASSERT_TRUE(run_until([&] { return state_of("mod_exclusive").starts_with("stopping"); }));
    gone.emit(boost::asio::cancellation_type::terminal);
    ASSERT_TRUE(run_until([&] { return over; }));
    EXPECT_EQ(state_of("mod_exclusive"), "running");
    EXPECT_EQ(pbx->modules().list().size(), 1U);
}

TEST_F(queue, the_end_of_the_program_ends_what_waits) {
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    auto held = pbx->names().find_application("good_app");
    ask_for(pbx->modules().unload("mod_good", false, std::chrono::hours(1)));
    ask_for(pbx->modules().load("mod_good"));
    EXPECT_FALSE(run_until([&] { return outcomes[0].has_value(); }, milliseconds(20)));
    bool stopped = false;
    boost::asio::co_spawn(pbx->loop(),
                          pbx->modules().stop_all(pbx->clock().now() + std::chrono::seconds(10)),
                          [&](std::exception_ptr, bool) { stopped = true; });
    ASSERT_TRUE(all_answered());
    EXPECT_THAT(outcomes[0]->error().text, HasSubstr("the program ends"));
    EXPECT_FALSE(outcomes[1]->has_value());
    held = {};
    EXPECT_TRUE(run_until([&] { return stopped; }));
    EXPECT_EQ(state_of("mod_good"), "gone");
}

}  // namespace

}  // namespace strowger::testing
