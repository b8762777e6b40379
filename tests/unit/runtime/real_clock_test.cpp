#include "run_loop_until.hpp"

#include "runtime/real_clock.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

namespace strowger::testing {

namespace {

class real_clock_test : public ::testing::Test {
protected:
    boost::asio::io_context loop_{1};
    std::unique_ptr<real_clock> clock_ = make_real_clock(loop_.get_executor());
    std::string rang_;
    bool until(std::size_t count) {
        return run_loop_until(loop_, [&] { return rang_.size() == count; });
    }
};

TEST_F(real_clock_test, alarms_ring_in_the_order_of_their_times) {
    auto now = clock_->now();
    auto c = clock_->at(now + milliseconds(6), [&] { rang_ += 'c'; });
    auto a = clock_->at(now + milliseconds(2), [&] { rang_ += 'a'; });
    auto b = clock_->at(now + milliseconds(4), [&] { rang_ += 'b'; });
    ASSERT_TRUE(until(3));
    EXPECT_EQ(rang_, "abc");
}

TEST_F(real_clock_test, never_early) {
    auto when = clock_->now() + milliseconds(5);
    steady_time rung;
    auto alarm = clock_->at(when, [&] {
        rung = clock_->now();
        rang_ += 'x';
    });
    ASSERT_TRUE(until(1));
    EXPECT_GE(rung, when);
}

TEST_F(real_clock_test, taken_back_alarm_does_not_ring_and_its_place_is_used_again) {
    auto now = clock_->now();
    auto gone = clock_->at(now + milliseconds(1), [&] { rang_ += 'g'; });
    gone.reset();
    auto fresh = clock_->at(now + milliseconds(2), [&] { rang_ += 'f'; });
    gone.reset();
    ASSERT_TRUE(until(1));
    EXPECT_EQ(rang_, "f");
}

TEST_F(real_clock_test, token_of_an_alarm_that_rang_takes_back_nothing) {
    auto first = clock_->after(milliseconds(0), [&] { rang_ += '1'; });
    ASSERT_TRUE(until(1));
    auto second = clock_->after(milliseconds(1), [&] { rang_ += '2'; });
    first.reset();
    ASSERT_TRUE(until(2));
}

TEST_F(real_clock_test, alarm_may_set_and_take_back_others) {
    token other, more;
    auto now = clock_->now();
    auto first = clock_->at(now, [&] {
        rang_ += '1';
        other.reset();
        more = clock_->after(milliseconds(1), [&] { rang_ += '3'; });
    });
    other = clock_->at(now, [&] { rang_ += '2'; });
    ASSERT_TRUE(until(2));
    EXPECT_EQ(rang_, "13");
}

TEST_F(real_clock_test, alarm_that_throws_does_not_silence_the_next) {
    auto now = clock_->now();
    auto bad = clock_->at(now, [&] { throw 1; });
    auto good = clock_->at(now + milliseconds(1), [&] { rang_ += 'g'; });
    EXPECT_THROW(run_loop_until(loop_, [] { return false; }), int);
    ASSERT_TRUE(until(1));
}

TEST_F(real_clock_test, many_that_were_taken_back_cost_no_order) {
    auto now = clock_->now();
    std::vector<token> tokens;
    for (int i = 0; i < 10000; ++i) {
        auto alarm = clock_->at(now + std::chrono::hours(i), [&] { rang_ += '!'; });
        if (i % 1000 == 999) tokens.push_back(std::move(alarm));
    }
    auto first = clock_->at(now + milliseconds(1), [&] { rang_ += '1'; });
    auto second = clock_->at(now + milliseconds(2), [&] { rang_ += '2'; });
    ASSERT_TRUE(until(2));
    EXPECT_EQ(rang_, "12");
}

TEST_F(real_clock_test, token_may_outlive_the_stopped_clock) {
    auto alarm = clock_->after(milliseconds(0), [&] { rang_ += 'x'; });
    clock_->stop();
    loop_.poll();
    EXPECT_EQ(rang_, "");
    alarm.reset();
}

TEST_F(real_clock_test, view_takes_its_alarms_along) {
    auto view = make_clock_view(*clock_, "mod_x");
    auto now = clock_->now();
    auto* forgotten = new token(view->at(now, [&] { rang_ += 'f'; }));
    view.reset();
    ::operator delete(forgotten);  // as a module that never takes it back
    auto other = make_clock_view(*clock_, "mod_x");
    auto kept = other->at(now, [&] { rang_ += 'k'; });
    ASSERT_TRUE(until(1));
    EXPECT_EQ(rang_, "k");
}

}  // namespace

}  // namespace strowger::testing
