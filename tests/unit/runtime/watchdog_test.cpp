#include <strowger/testing/captured_log.hpp>
#include "run_loop_until.hpp"

#include "bus/make.hpp"
#include "runtime/counted_executor.hpp"
#include "runtime/stacks.hpp"
#include "runtime/watchdog.hpp"

#include <strowger/clock.hpp>
#include <strowger/events.hpp>

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

#include <string>

namespace strowger::testing {

namespace {

class watchdogs : public ::testing::Test {
protected:
    watchdogs() { set_this_activity(&activity_); }
    ~watchdogs() override { set_this_activity(nullptr); }
    captured_log log_;
    logger logger_{"core", log_};
    std::unique_ptr<bus> bus_ = make_bus(logger_);
    module_uses uses_{
        "mod_slow"};  // outlives the loop, in whose queue counted handlers may be left
    boost::asio::io_context loop_{1};
    thread_activity activity_;
    executor executor_ = make_counted_executor(loop_, uses_.handlers);
};

// What a reader of the log must find by its name, though nobody outside this file sees it.
[[gnu::noinline]] bool holds_until_reported(const captured_log& log) {
    auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    bool reported = false;
    while (!reported && std::chrono::steady_clock::now() < limit)
        reported = log.contains("by mod_slow: no call moves");
    return reported;
}

TEST_F(watchdogs, held_loop_is_reported_while_it_is_held_and_when_it_returns) {
    watchdog_options quick{milliseconds(1), milliseconds(10)};
    auto dog = make_watchdog(loop_, activity_, *bus_, logger_, quick);
    std::string told;
    auto hears = bus_->subscribe<loop_held>([&](const loop_held& fact) {
        told = fact.module;
        EXPECT_GE(fact.milliseconds, 10);
    });
    bool reported_while_held = false;
    boost::asio::post(executor_, [&] { reported_while_held = holds_until_reported(log_); });
    ASSERT_TRUE(run_loop_until(loop_, [&] { return !told.empty(); }));
    EXPECT_TRUE(reported_while_held);
    EXPECT_EQ(told, "mod_slow");
    EXPECT_TRUE(log_.contains("the control loop turns again: mod_slow held it for"));
    EXPECT_TRUE(log_.contains("Its stack:\n    "));
    EXPECT_TRUE(log_.contains("::holds_until_reported("));
    EXPECT_TRUE(log_.contains("  watchdog_test.cpp:"));
}

TEST_F(watchdogs, long_queue_of_short_handlers_is_no_held_loop) {
    watchdog_options quick{milliseconds(1), milliseconds(20)};
    auto dog = make_watchdog(loop_, activity_, *bus_, logger_, quick);
    auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
    // Ever new handlers, each a millisecond, before the probe gets its turn.
    for (int i = 0; i < 100; ++i)
        boost::asio::post(executor_, [] {
            auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
            while (std::chrono::steady_clock::now() < until) {
            }
        });
    ASSERT_TRUE(run_loop_until(loop_, [&] { return std::chrono::steady_clock::now() > end; }));
    EXPECT_FALSE(log_.contains("has been held"));
}

TEST(stacks, a_module_is_known_by_its_private_copy) {
    EXPECT_EQ(module_of_copy("/run/x/modules-12/mod_commands-6.so"), "mod_commands");
    EXPECT_EQ(module_of_copy("/run/x/modules-12/mod_my_own-31.so"), "mod_my_own");
    for (auto* file : {"/usr/bin/strowger", "/lib/x86_64-linux-gnu/libc.so.6", "", "/.so",
                       "modules-1/a.so", "/modules-1/.so"})
        EXPECT_EQ(module_of_copy(file), "") << file;
}

TEST_F(watchdogs, delay_is_published) {
    watchdog_options quick{milliseconds(1), milliseconds(1000)};
    auto dog = make_watchdog(loop_, activity_, *bus_, logger_, quick);
    // Nobody runs the loop: the probe waits, and the delay grows.
    while (dog->delay() < milliseconds(5)) std::this_thread::yield();
    ASSERT_TRUE(run_loop_until(loop_, [&] { return dog->delay() < milliseconds(5); }));
}

}  // namespace

}  // namespace strowger::testing
