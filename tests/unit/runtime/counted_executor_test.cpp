#include "run_loop_until.hpp"

#include "runtime/counted_executor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace strowger::testing {

namespace {

namespace asio = boost::asio;

class counted : public ::testing::Test {
protected:
    module_uses uses_{
        "mod_x"};  // both outlive the loop, in whose queue counted handlers may be left
    module_uses others_{"mod_y"};
    asio::io_context loop_{1};
    asio::any_io_executor executor_ = make_counted_executor(loop_, uses_.handlers);
};

TEST_F(counted, copies_of_the_executor_are_no_use) {
    auto copy = executor_;
    EXPECT_EQ(uses_.total(), 0);
}

TEST_F(counted, handler_counts_from_post_until_it_has_returned) {
    std::int64_t inside = -1;
    asio::post(executor_, [&] { inside = uses_.handlers.count(); });
    EXPECT_EQ(uses_.handlers.count(), 1);
    loop_.poll();
    EXPECT_GE(inside, 1);
    EXPECT_EQ(uses_.total(), 0);
}

TEST_F(counted, handler_is_destroyed_before_its_use_returns) {
    // What the handler holds is the module's code: it must go first.
    std::int64_t at_the_end = -1;
    struct watcher {
        module_uses& uses;
        std::int64_t& seen;
        ~watcher() { seen = uses.handlers.count(); }
    };
    auto held = std::make_shared<watcher>(watcher{uses_, at_the_end});
    at_the_end = -1;
    asio::post(executor_, [held = std::move(held)] {});
    loop_.poll();
    EXPECT_GE(at_the_end, 1);
    EXPECT_EQ(uses_.total(), 0);
}

TEST_F(counted, waiting_operation_counts_until_it_is_cancelled) {
    asio::steady_timer timer(executor_, std::chrono::hours(1));
    EXPECT_EQ(uses_.total(), 0);
    bool cancelled = false;
    timer.async_wait([&](boost::system::error_code stopped) { cancelled = bool(stopped); });
    loop_.poll();
    EXPECT_GE(uses_.handlers.count(), 1);
    timer.cancel();
    loop_.poll();
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(uses_.total(), 0);
}

TEST_F(counted, tracked_work_counts) {
    {
        auto work = asio::prefer(executor_, asio::execution::outstanding_work.tracked);
        EXPECT_EQ(uses_.handlers.count(), 1);
        auto copy = work;
        EXPECT_EQ(uses_.handlers.count(), 2);
        auto untracked = asio::prefer(work, asio::execution::outstanding_work.untracked);
        EXPECT_EQ(uses_.handlers.count(), 2);
    }
    EXPECT_EQ(uses_.total(), 0);
}

TEST_F(counted, dispatch_on_the_loop_runs_inline) {
    bool inline_there = false;
    asio::post(executor_, [&] {
        bool done = false;
        asio::dispatch(executor_, [&] { done = true; });
        inline_there = done;
    });
    loop_.poll();
    EXPECT_TRUE(inline_there);
}

TEST_F(counted, throwing_handler_returns_its_use) {
    asio::post(executor_, [] { throw 1; });
    EXPECT_THROW(loop_.poll(), int);
    EXPECT_EQ(uses_.total(), 0);
}

TEST_F(counted, equal_is_same_loop_and_same_module) {
    EXPECT_EQ(executor_, make_counted_executor(loop_, uses_.handlers));
    EXPECT_NE(executor_, make_counted_executor(loop_, others_.handlers));
    asio::io_context another{1};
    EXPECT_NE(executor_, make_counted_executor(another, uses_.handlers));
    EXPECT_EQ(&asio::query(executor_, asio::execution::context), &loop_);
}

TEST_F(counted, running_module_is_known_while_it_runs) {
    thread_activity activity;
    set_this_activity(&activity);
    const char* inside = nullptr;
    asio::post(executor_, [&] { inside = activity.what.load(); });
    loop_.poll();
    set_this_activity(nullptr);
    ASSERT_NE(inside, nullptr);
    EXPECT_STREQ(inside, "mod_x");
    EXPECT_EQ(activity.what.load(), nullptr);
    EXPECT_EQ(activity.turns.load(), 1U);
}

}  // namespace

}  // namespace strowger::testing
