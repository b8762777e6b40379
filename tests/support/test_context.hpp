// A context for tests of one module: real loops, and what else the test puts into it.
#pragma once

#include <strowger/testing/captured_log.hpp>
#include <strowger/testing/manual_clock.hpp>

#include <strowger/context.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace strowger::testing {

// The control loop is the test's thread, in run_until(). Members that are pointers are the test's
// to set.
class test_context final : public context {
public:
    explicit test_context(std::string name = "mod_test")
        : name_(std::move(name)), logger_(name_, captured, log_level::debug) {
        edge_thread_ = std::thread([this] { edge_loop.run(); });
        handshake_thread_ = std::thread([this] { handshake_loop.run(); });
        pool_thread_ = std::thread([this] { pool_loop.run(); });
    }
    ~test_context() override {
        for (auto* each : {&edge_loop, &handshake_loop, &pool_loop}) each->stop();
        edge_thread_.join();
        handshake_thread_.join();
        pool_thread_.join();
    }

    // Runs the control loop until `met` holds; false when that took longer than `limit`.
    bool run_until(const std::function<bool()>& met,
                   std::chrono::milliseconds limit = std::chrono::seconds(10)) {
        auto deadline = std::chrono::steady_clock::now() + limit;
        while (!met()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            loop.restart();
            loop.run_one_for(std::chrono::milliseconds(5));
        }
        return true;
    }
    void poll() {
        loop.restart();
        loop.poll();
    }

    std::string_view module_name() const noexcept override { return name_; }
    std::string_view node() const noexcept override { return "test-node"; }
    logger& log() noexcept override { return logger_; }
    strowger::bus& bus() noexcept override { return *use_bus; }
    strowger::registry& registry() noexcept override { return *use_registry; }
    strowger::clock& clock() noexcept override { return use_clock ? *use_clock : manual; }
    configuration& config() noexcept override { return *use_config; }
    strowger::directory& directory() noexcept override { return *use_directory; }
    strowger::calls& calls() noexcept override { return *use_calls; }
    module_manager& modules() noexcept override { return *use_modules; }
    use hold() noexcept override { return {}; }
    strowger::executor executor() noexcept override { return loop.get_executor(); }
    strowger::executor edge(std::size_t) noexcept override { return edge_loop.get_executor(); }
    strowger::executor handshakes() noexcept override { return handshake_loop.get_executor(); }
    std::size_t media_loops() const noexcept override { return use_media.size(); }
    media_loop& media(std::size_t index) noexcept override { return *use_media[index]; }

    void spawn(std::string, task<> work) override {
        boost::asio::co_spawn(loop, std::move(work), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    }
    task<> sleep_until(steady_time when) override {
        boost::asio::steady_timer timer(loop, steady_time::max());
        auto alarm = clock().at(when, [&timer] { timer.cancel(); });
        boost::system::error_code ignored;
        auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
        co_await timer.async_wait(token);
    }
    void background(std::function<void()> work, std::function<void()> done) override {
        boost::asio::post(pool_loop, [this, work = std::move(work), done = std::move(done)] {
            work();
            boost::asio::post(loop, done);
        });
    }

    boost::asio::io_context loop{1}, edge_loop{1}, handshake_loop{1}, pool_loop{1};
    captured_log captured;
    manual_clock manual;
    strowger::bus* use_bus = nullptr;
    strowger::registry* use_registry = nullptr;
    strowger::clock* use_clock = nullptr;  // nullptr: the manual one
    configuration* use_config = nullptr;
    strowger::directory* use_directory = nullptr;
    strowger::calls* use_calls = nullptr;
    module_manager* use_modules = nullptr;
    std::vector<media_loop*> use_media;

protected:
    task<> run_blocking(std::function<void()> work) override {
        work();
        co_return;
    }
    void spawn_kept(std::string, std::function<task<>()> work) override {
        auto kept = std::make_shared<std::function<task<>()>>(std::move(work));
        boost::asio::co_spawn(loop, (*kept)(), [kept](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    }

private:
    std::string name_;
    logger logger_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> edge_work_{
        edge_loop.get_executor()},
        handshake_work_{handshake_loop.get_executor()}, pool_work_{pool_loop.get_executor()};
    std::thread edge_thread_, handshake_thread_, pool_thread_;
};

}  // namespace strowger::testing
