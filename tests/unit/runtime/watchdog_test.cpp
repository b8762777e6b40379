#include "captured_log.hpp"
#include "run_loop_until.hpp"

#include "bus/make.hpp"
#include "runtime/counted_executor.hpp"
#include "runtime/stack_of.hpp"
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

TEST_F(watchdogs, held_loop_is_reported_while_it_is_held_and_when_it_returns) {
    watchdog_options quick{milliseconds(1), milliseconds(10)};
    auto dog = make_watchdog(loop_, activity_, *bus_, logger_, quick);
    std::string told;
    auto hears = bus_->subscribe<loop_held>([&](const loop_held& fact) {
        told = fact.module;
        EXPECT_GE(fact.milliseconds, 10);
    });
    bool reported_while_held = false;
    boost::asio::post(executor_, [&] {
        auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!reported_while_held && std::chrono::steady_clock::now() < limit)
            reported_while_held = log_.contains("by mod_slow: no call moves");
    });
    ASSERT_TRUE(run_loop_until(loop_, [&] { return !told.empty(); }));
    EXPECT_TRUE(reported_while_held);
    EXPECT_EQ(told, "mod_slow");
    EXPECT_TRUE(log_.contains("the control loop turns again: mod_slow held it for"));
    // The stack: at least one line that names a place.
    EXPECT_TRUE(log_.contains("Its stack:\n    "));
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

TEST(stacks, the_innermost_module_is_named) {
    const std::string program = "/usr/bin/strowger(+0xa2bb1) [0x55ba3503cbb1]";
    const std::string library = "/lib/x86_64-linux-gnu/libc.so.6(sleep+0x3a) [0x7f6928ef1d8a]";
    const std::string outer = "/run/x/modules-12/mod_commands-6.so(+0x277bd3) [0x7f6915e77bd3]";
    const std::string inner = "/run/x/modules-12/mod_my_own-31.so(_Z1fv+0x1) [0x7f6926361f98]";
    EXPECT_EQ(module_in({library, inner, outer, program}), "mod_my_own");
    EXPECT_EQ(module_in({library, program, outer}), "mod_commands");
    EXPECT_EQ(module_in({library, program}), "");
    EXPECT_EQ(module_in({"", "(", "/.so(", "modules-1/a.so", "/modules-1/-.so"}), "");
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
