#include "transaction/timer_wheel.hpp"

#include <strowger/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <vector>

using namespace strowger;
using namespace strowger::sofia;
using namespace std::chrono_literals;
using strowger::testing::manual_clock;

namespace {

struct noting {
    noting(manual_clock& on, timer_wheel& in)
        : time(on),
          wheel(in),
          timer(
              [](void* self) noexcept {
                  auto& me = *static_cast<noting*>(self);
                  me.fired.push_back(me.time.now());
                  if (me.then) me.then();
              },
              this) {}
    manual_clock& time;
    timer_wheel& wheel;
    timer_wheel::timer timer;
    std::vector<steady_time> fired;
    std::function<void()> then;
};

TEST(TimerWheel, FiresAtItsTimeAndNotBefore) {
    manual_clock time;
    timer_wheel wheel(time);
    noting a(time, wheel), b(time, wheel);
    auto start = time.now();
    wheel.arm(a.timer, 500ms);
    wheel.arm(b.timer, 503ms);
    time.advance(499ms);
    EXPECT_TRUE(a.fired.empty());
    time.advance(1ms);
    EXPECT_EQ(a.fired, std::vector{start + 500ms});
    EXPECT_FALSE(a.timer.armed());
    time.advance(1s);
    EXPECT_EQ(b.fired, std::vector{start + 510ms});  // the next slot
}

TEST(TimerWheel, SleepsWhileNothingIsPending) {
    manual_clock time;
    timer_wheel wheel(time);
    noting a(time, wheel);
    EXPECT_EQ(time.pending(), 0u);
    wheel.arm(a.timer, 100ms);
    EXPECT_EQ(time.pending(), 1u);
    time.advance(1h);
    EXPECT_EQ(time.pending(), 0u);
    EXPECT_EQ(a.fired.size(), 1u);
    // After a long sleep it is as exact as before.
    auto start = time.now();
    wheel.arm(a.timer, 0ms);
    time.advance(10ms);
    wheel.arm(a.timer, 20ms);
    time.advance(1h);
    EXPECT_EQ(a.fired.at(1), start);
    EXPECT_EQ(a.fired.at(2), start + 30ms);
}

TEST(TimerWheel, OneClockEntryHoweverManyTimers) {
    manual_clock time;
    timer_wheel wheel(time);
    std::deque<noting> many;
    for (int i = 0; i < 1000; ++i) {
        many.emplace_back(time, wheel);
        wheel.arm(many.back().timer, std::chrono::milliseconds(32000 - i * 7));
        EXPECT_EQ(time.pending(), 1u);
    }
    time.advance(33s);
    for (auto& each : many) EXPECT_EQ(each.fired.size(), 1u);
}

TEST(TimerWheel, LongerThanOneTurn) {
    manual_clock time;
    timer_wheel wheel(time);
    noting a(time, wheel);
    auto start = time.now();
    wheel.arm(a.timer, 200s);
    time.advance(199999ms);
    EXPECT_TRUE(a.fired.empty());
    time.advance(1ms);
    EXPECT_EQ(a.fired, std::vector{start + 200s});
}

TEST(TimerWheel, DisarmedAndRearmedInsideAnAction) {
    manual_clock time;
    timer_wheel wheel(time);
    noting a(time, wheel), b(time, wheel);
    auto start = time.now();
    wheel.arm(a.timer, 50ms);
    wheel.arm(b.timer, 50ms);
    a.then = [&] {
        b.timer.disarm();
        if (a.fired.size() < 3) wheel.arm(a.timer, 0ms);
    };
    time.advance(1s);
    EXPECT_TRUE(b.fired.empty());
    EXPECT_EQ(a.fired, (std::vector{start + 50ms, start + 60ms, start + 70ms}));
}

TEST(TimerWheel, AnActionMayDestroyItsTimerAndOthers) {
    manual_clock time;
    timer_wheel wheel(time);
    auto a = std::make_unique<noting>(time, wheel);
    auto b = std::make_unique<noting>(time, wheel);
    wheel.arm(a->timer, 50ms);
    wheel.arm(b->timer, 50ms);
    int ran = 0;
    auto end = [&] {
        ++ran;
        auto dying = std::move(a);
        b.reset();
    };
    a->then = end;
    time.advance(1s);
    EXPECT_EQ(ran, 1);
}

TEST(TimerWheel, ATimerMayOutliveTheWheel) {
    manual_clock time;
    auto wheel = std::make_unique<timer_wheel>(time);
    noting a(time, *wheel);
    wheel->arm(a.timer, 50ms);
    wheel.reset();
    EXPECT_FALSE(a.timer.armed());
    time.advance(1s);
    EXPECT_TRUE(a.fired.empty());
}

// Against a list of what was asked for: every timer once, in its slot.
TEST(TimerWheel, RandomTimersAllFireInTime) {
    manual_clock time;
    timer_wheel wheel(time);
    std::mt19937 random(1);
    std::deque<noting> all;
    std::vector<steady_time> due;
    for (int round = 0; round < 200; ++round) {
        for (int i = 0; i < 10; ++i) {
            auto delay = std::chrono::milliseconds(random() % 90000);
            all.emplace_back(time, wheel);
            wheel.arm(all.back().timer, delay);
            due.push_back(time.now() + delay);
        }
        time.advance(std::chrono::milliseconds(random() % 3000));
    }
    time.advance(100s);
    for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_EQ(all[i].fired.size(), 1u) << i;
        EXPECT_GE(all[i].fired[0], due[i]);
        EXPECT_LE(all[i].fired[0], due[i] + 2 * timer_wheel::slot);
    }
    EXPECT_EQ(time.pending(), 0u);
}

}  // namespace
