#include "run_loop_until.hpp"

#include "runtime/media_loop.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

namespace strowger::testing {

namespace {

// Counts; reads what is there so that level-triggered readiness ends.
struct counting_handler final : media_handler {
    std::atomic<int> reads{0}, ticks{0};
    std::atomic<std::thread::id> thread{};
    void readable(int fd) noexcept override {
        char bytes[64];
        [[maybe_unused]] auto got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        thread.store(std::this_thread::get_id());
        ++reads;
    }
    void tick(std::uint64_t) noexcept override { ++ticks; }
};

struct socket_pair {
    int ends[2];
    socket_pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0); }
    ~socket_pair() {
        for (int each : ends) ::close(each);
    }
    void send() { EXPECT_EQ(::send(ends[1], "x", 1, 0), 1); }
};

class media_loops : public ::testing::Test {
protected:
    bool until(const std::function<bool()>& met) { return run_loop_until(loop_, met); }
    boost::asio::io_context loop_{1};
    std::unique_ptr<media_loop> media_ = make_media_loop(loop_.get_executor(), "test-media");
};

TEST_F(media_loops, readable_socket_is_told_on_the_media_thread_until_removed) {
    socket_pair sockets;
    counting_handler handler;
    ASSERT_TRUE(media_->add(sockets.ends[0], handler).has_value());
    EXPECT_EQ(media_->load(), 1U);
    sockets.send();
    ASSERT_TRUE(until([&] { return handler.reads == 1; }));
    EXPECT_NE(handler.thread.load(), std::this_thread::get_id());
    bool removed = false;
    media_->remove(sockets.ends[0], handler, [&] { removed = true; });
    ASSERT_TRUE(until([&] { return removed; }));
    EXPECT_EQ(media_->load(), 0U);
    int before = handler.reads;
    sockets.send();
    bool passed = false;
    media_->remove(-1, handler, [&] { passed = true; });
    ASSERT_TRUE(until([&] { return passed; }));
    EXPECT_EQ(handler.reads, before);
}

TEST_F(media_loops, bad_descriptor_is_an_error) {
    counting_handler handler;
    auto added = media_->add(987654, handler);
    ASSERT_FALSE(added.has_value());
    EXPECT_EQ(added.error().code, errc::io_error);
    EXPECT_EQ(media_->load(), 0U);
}

TEST_F(media_loops, posts_run_in_order_and_are_destroyed_on_the_control_loop) {
    std::vector<int> order;
    std::atomic<int> wrong_thread{0};
    struct sentinel {
        std::thread::id home = std::this_thread::get_id();
        std::atomic<int>& wrong;
        ~sentinel() {
            if (std::this_thread::get_id() != home) ++wrong;
        }
    };
    int destroyed = 0;
    // More than the ring holds: the rest waits here, in order.
    constexpr int count = 10000;
    order.reserve(count);
    for (int i = 0; i < count; ++i) {
        auto mark = std::shared_ptr<sentinel>(
            new sentinel{std::this_thread::get_id(), wrong_thread}, [&](sentinel* old) {
                ++destroyed;
                delete old;
            });
        media_->post([&order, i, mark] { order.push_back(i); });
    }
    ASSERT_TRUE(until([&] { return destroyed == count; }));
    EXPECT_EQ(wrong_thread, 0);
    ASSERT_EQ(order.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST_F(media_loops, ticks_only_for_those_who_asked) {
    std::vector<std::unique_ptr<counting_handler>> many;
    for (int i = 0; i < 200; ++i) {
        many.push_back(std::make_unique<counting_handler>());
        media_->ticking(*many.back(), true);
    }
    ASSERT_TRUE(until([&] {
        for (auto& each : many)
            if (each->ticks == 0) return false;
        return true;
    }));
    for (auto& each : many) media_->ticking(*each, false);
    bool passed = false;
    media_->remove(-1, *many[0], [&] { passed = true; });
    ASSERT_TRUE(until([&] { return passed; }));
    int before = many[7]->ticks;
    media_->ticking(*many[0], true);
    int zero = many[0]->ticks;
    ASSERT_TRUE(until([&] { return many[0]->ticks > zero + 1; }));
    EXPECT_EQ(many[7]->ticks, before);
    media_->ticking(*many[0], false);
    passed = false;
    media_->remove(-1, *many[0], [&] { passed = true; });
    ASSERT_TRUE(until([&] { return passed; }));
}

TEST_F(media_loops, end_runs_what_was_posted_and_keeps_its_promises) {
    socket_pair sockets;
    counting_handler handler;
    ASSERT_TRUE(media_->add(sockets.ends[0], handler).has_value());
    int ran = 0;
    bool removed = false;
    for (int i = 0; i < 5000; ++i) media_->post([&] { ++ran; });
    media_->remove(sockets.ends[0], handler, [&] { removed = true; });
    media_.reset();
    EXPECT_EQ(ran, 5000);
    EXPECT_TRUE(removed);
    loop_.poll();
}

}  // namespace

}  // namespace strowger::testing
