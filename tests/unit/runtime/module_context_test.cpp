// A module's context: spawning, cancelling, the pool, and what is counted meanwhile.
#include <strowger/testing/captured_log.hpp>
#include "run_loop_until.hpp"

#include "bus/make.hpp"
#include "config/make.hpp"
#include "runtime/core.hpp"

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <filesystem>
#include <stdexcept>

namespace strowger::testing {

namespace {

class no_calls final : public calls {
public:
    result<channel_ptr> incoming(incoming_call) override { return fail(errc::unsupported, ""); }
    result<channel_ptr> outgoing(outgoing_call) override { return fail(errc::unsupported, ""); }
    channel_ptr find(std::string_view) const override { return nullptr; }
    std::vector<channel_ptr> all() const override { return {}; }
    std::vector<call_row> table() const override { return {}; }
    std::size_t size() const noexcept override { return 0; }
    std::uint64_t total() const noexcept override { return 0; }
    task<boost::system::result<channel_ptr, originate_failure>> originate(
        std::string, originate_options) override {
        co_return originate_failure{};
    }
    void route(channel_ptr, std::string, std::string, std::string) override {}
    void execute(channel_ptr, std::string, std::string) override {}
    std::size_t hangup_all(hangup_cause, std::string_view, std::string_view) override { return 0; }
    std::string expand(std::string_view text, const variables*) override {
        return std::string(text);
    }
};

class no_modules final : public module_manager {
public:
    task<result<void>> load(std::string) override { co_return result<void>(); }
    task<result<void>> unload(std::string, bool, milliseconds) override {
        co_return result<void>();
    }
    task<result<void>> reload(std::string, bool, std::chrono::milliseconds) override {
        co_return result<void>();
    }
    std::vector<module_row> list() const override { return {}; }
    void shutdown() override {}
};

class contexts : public ::testing::Test {
protected:
    bool until(const std::function<bool()>& met) { return run_loop_until(loop_, met); }

    captured_log log_;
    logger logger_{"core", log_};
    module_uses uses_{"mod_x"};
    std::unique_ptr<bus> bus_ = make_bus(logger_);
    std::unique_ptr<registry_table> names_ = make_registry_table();
    std::unique_ptr<configuration> config_ = make_configuration({}, logger_);
    std::unique_ptr<directory> directory_ = make_directory(*config_);
    boost::asio::io_context loop_{1}, edge_{1};
    std::unique_ptr<real_clock> clock_ = make_real_clock(loop_.get_executor());
    pool pool_{2};
    no_calls calls_;
    no_modules modules_;
    shared_services shared_{loop_,   {&edge_}, {&edge_},    {},     pool_, *clock_, *bus_,
                            *names_, *config_, *directory_, calls_, log_,  "node"};
    std::unique_ptr<module_context> context_ =
        std::make_unique<module_context>("mod_x", log_level::debug, shared_, modules_, uses_);
};

TEST_F(contexts, spawned_coroutine_is_counted_named_and_ends) {
    bool done = false;
    context_->spawn("nap", [this, &done]() -> task<> {
        co_await context_->sleep_for(milliseconds(1));
        done = true;
    });
    EXPECT_EQ(uses_.work.count(), 1);
    EXPECT_EQ(context_->spawned(), std::vector<std::string>{"nap"});
    ASSERT_TRUE(until([&] { return done && uses_.total() == 0; }));
    EXPECT_TRUE(context_->spawned().empty());
}

TEST_F(contexts, exception_of_a_coroutine_is_logged) {
    context_->spawn("unlucky", []() -> task<> {
        throw std::runtime_error("no luck today");
        co_return;
    });
    ASSERT_TRUE(until([&] { return uses_.total() == 0; }));
    EXPECT_TRUE(log_.contains("\"unlucky\" ended with: no luck today"));
}

TEST_F(contexts, cancelled_coroutines_unwind_in_silence_and_late_ones_at_once) {
    int unwound = 0;
    struct on_exit {
        int& count;
        ~on_exit() { ++count; }
    };
    auto sleeper = [this, &unwound]() -> task<> {
        on_exit guard{unwound};
        co_await context_->sleep_for(std::chrono::hours(1));
    };
    context_->spawn("first", sleeper);
    context_->spawn("second", sleeper);
    loop_.poll();
    context_->cancel_spawned();
    ASSERT_TRUE(until([&] { return uses_.total() == 0; }));
    EXPECT_EQ(unwound, 2);
    context_->spawn("late", sleeper);
    ASSERT_TRUE(until([&] { return uses_.total() == 0; }));
    EXPECT_EQ(unwound, 3);
    // For authors, who wonder why the late one never ran.
    ASSERT_EQ(log_.records().size(), 1U);
    EXPECT_EQ(log_.records()[0].level, log_level::debug);
    EXPECT_EQ(log_.records()[0].text,
              "\"late\" was spawned after the module was told to stop: cancelled");
}

TEST_F(contexts, blocking_work_runs_elsewhere_and_gives_back_values_and_exceptions) {
    std::string outcome;
    std::thread::id worker;
    context_->spawn("asks", [&]() -> task<> {
        std::function<int()> work = [&] {
            worker = std::this_thread::get_id();
            return 42;
        };
        auto value = co_await context_->blocking(work);
        std::function<void()> bad = [] { throw std::runtime_error("disk is full"); };
        try {
            co_await context_->blocking(bad);
        } catch (const std::exception& thrown) {
            outcome = std::to_string(value) + " " + thrown.what();
        }
    });
    ASSERT_TRUE(until([&] { return uses_.total() == 0; }));
    EXPECT_EQ(outcome, "42 disk is full");
    EXPECT_NE(worker, std::this_thread::get_id());
}

TEST_F(contexts, background_work_counts_until_done_was_destroyed) {
    bool done = false;
    context_->background([] {},
                         [&] {
                             EXPECT_GE(uses_.work.count(), 1);
                             done = true;
                         });
    EXPECT_EQ(uses_.work.count(), 1);
    ASSERT_TRUE(until([&] { return done; }));
    ASSERT_TRUE(until([&] { return uses_.total() == 0; }));
}

TEST_F(contexts, background_work_that_throws_is_logged_and_done_is_called) {
    bool done = false;
    context_->background([] { throw std::runtime_error("tape is torn"); }, [&] { done = true; });
    ASSERT_TRUE(until([&] { return done; }));
    EXPECT_TRUE(log_.contains("tape is torn"));
}

TEST_F(contexts, registrations_are_dropped_when_the_module_forgot_them) {
    bool rang = false;
    auto* alarm = new token(context_->clock().after(milliseconds(0), [&] { rang = true; }));
    auto* name =
        new token(context_->registry().add(application{"echo", "", "", false, {}}).value());
    context_->drop_registrations();
    EXPECT_TRUE(names_->names_of(uses_.leases).empty());
    loop_.poll();
    EXPECT_FALSE(rang);
    for (auto* each : {alarm, name}) ::operator delete(each);
}

}  // namespace

}  // namespace strowger::testing
