#include "runtime/pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace strowger::testing {

namespace {

TEST(pool_test, runs_everything_before_it_ends) {
    std::atomic<int> ran{0};
    {
        pool threads(3);
        for (int i = 0; i < 1000; ++i) {
            std::function<void()> work = [&] { ++ran; };
            EXPECT_TRUE(threads.post(work, "mod_x"));
        }
    }
    EXPECT_EQ(ran, 1000);
}

TEST(pool_test, full_queue_refuses_and_leaves_the_work_to_its_owner) {
    std::promise<void> gate, begun;
    auto open = gate.get_future().share();
    pool threads(1, 1);
    std::function<void()> first = [&] {
        begun.set_value();
        open.wait();
    };
    ASSERT_TRUE(threads.post(first, "mod_x"));
    begun.get_future().wait();
    std::function<void()> second = [] {};
    std::function<void()> third = [] {};
    EXPECT_TRUE(threads.post(second, "mod_x"));
    EXPECT_FALSE(threads.post(third, "mod_x"));
    EXPECT_TRUE(bool(third));
    gate.set_value();
}

TEST(pool_test, passed_when_every_busy_thread_has_finished_what_it_did) {
    std::promise<void> gate, begun;
    auto open = gate.get_future().share();
    pool threads(2);
    auto idle = threads.marks();
    EXPECT_TRUE(threads.passed(idle));
    std::function<void()> work = [&] {
        begun.set_value();
        open.wait();
    };
    ASSERT_TRUE(threads.post(work, "mod_x"));
    begun.get_future().wait();
    auto marks = threads.marks();
    EXPECT_FALSE(threads.passed(marks));
    gate.set_value();
    while (!threads.passed(marks)) std::this_thread::yield();
}

}  // namespace

}  // namespace strowger::testing
