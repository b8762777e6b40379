// How a protocol is tested on a network that loses and reorders: no socket, no second of real time.
#include <strowger/testing/fake_network.hpp>
#include <strowger/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

using namespace strowger;
using strowger::testing::fake_network;
using strowger::testing::manual_clock;

namespace {

// [begin protocol]
// A protocol: asks again every 500 ms until the answer comes, five times at most. It is given the
// time and what arrives, and says what it sends; it knows no socket.
class asker {
public:
    asker(strowger::clock& time, std::function<void()> send) : time_(time), send_(std::move(send)) {
        ask();
    }
    void heard(std::string_view what) {
        answered = what == "pong";
        again_.reset();
    }
    bool answered = false;
    int asked = 0;

private:
    void ask() {
        send_();
        if (++asked < 5) again_ = time_.after(milliseconds(500), [this] { ask(); });
    }
    strowger::clock& time_;
    std::function<void()> send_;
    token again_;
};
// [end protocol]

struct world {
    manual_clock time;
    fake_network net{time, 7};
    std::vector<std::string> heard;

    token hears(std::string address) {
        return net.attach(std::move(address), [this](std::string_view from, std::string_view what) {
            heard.push_back(std::string(from) + ": " + std::string(what));
        });
    }
    void send(std::string what) { net.send("192.0.2.2:5060", "192.0.2.1:5060", std::move(what)); }
};

}  // namespace

// [begin test]
TEST(asker, survives_a_network_that_loses_a_third) {
    manual_clock time;
    fake_network net(time, 7);  // the same seed gives the same run
    net.now = {.delay = milliseconds(20), .jitter = milliseconds(30), .loss = 0.33};
    auto there = net.attach("192.0.2.1:5060", [&](std::string_view from, std::string_view) {
        net.send("192.0.2.1:5060", std::string(from), "pong");
    });
    asker here(time, [&] { net.send("192.0.2.2:5060", "192.0.2.1:5060", "ping"); });
    auto back = net.attach("192.0.2.2:5060",
                           [&](std::string_view, std::string_view what) { here.heard(what); });
    time.advance(seconds(3));
    EXPECT_TRUE(here.answered);

    net.cut("192.0.2.1:5060", "192.0.2.2:5060");
    asker lonely(time, [&] { net.send("192.0.2.2:5060", "192.0.2.1:5060", "ping"); });
    time.advance(seconds(60));
    EXPECT_FALSE(lonely.answered);
    EXPECT_EQ(lonely.asked, 5);
}
// [end test]

TEST(fake_network, delivers_after_its_delay) {
    world here;
    auto there = here.hears("192.0.2.1:5060");
    here.net.now.delay = milliseconds(20);
    here.send("one");
    here.time.advance(milliseconds(19));
    EXPECT_TRUE(here.heard.empty());
    here.time.advance(milliseconds(1));
    EXPECT_EQ(here.heard, std::vector<std::string>{"192.0.2.2:5060: one"});
    EXPECT_EQ(here.net.delivered, 1U);
}

TEST(fake_network, loses_and_repeats_all_when_told_to) {
    world here;
    auto there = here.hears("192.0.2.1:5060");
    here.net.now = {.loss = 1.0};
    here.send("lost");
    here.net.now = {.repeat = 1.0};
    here.send("twice");
    here.time.advance(seconds(1));
    EXPECT_EQ(here.heard, (std::vector<std::string>{2, "192.0.2.2:5060: twice"}));
    EXPECT_EQ(here.net.sent, 2U);
    EXPECT_EQ(here.net.lost, 1U);
    EXPECT_EQ(here.net.repeated, 1U);
}

TEST(fake_network, jitter_lets_datagrams_overtake_and_a_seed_repeats_it) {
    auto run = [] {
        world here;
        auto there = here.hears("192.0.2.1:5060");
        here.net.now = {.delay = milliseconds(10), .jitter = milliseconds(50), .loss = 0.2};
        for (int i = 0; i < 50; ++i) here.send(std::to_string(100 + i));
        here.time.advance(seconds(1));
        return here.heard;
    };
    auto first = run();
    EXPECT_GT(first.size(), 25U);
    EXPECT_LT(first.size(), 50U);
    EXPECT_FALSE(std::is_sorted(first.begin(), first.end()));
    EXPECT_EQ(first, run());
}

TEST(fake_network, is_cut_and_healed_and_knows_who_has_left) {
    world here;
    auto there = here.hears("192.0.2.1:5060");
    here.net.cut("192.0.2.1:5060", "192.0.2.2:5060");
    here.send("cut");
    here.net.heal();
    here.send("healed");
    here.time.advance(seconds(1));
    EXPECT_EQ(here.heard, std::vector<std::string>{"192.0.2.2:5060: healed"});
    here.send("on its way");
    there.reset();
    here.time.advance(seconds(1));
    EXPECT_EQ(here.heard.size(), 1U);
    EXPECT_EQ(here.net.nobody_there, 1U);
}
