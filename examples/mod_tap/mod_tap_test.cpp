#include <strowger/testing/test_core.hpp>

#include <gtest/gtest.h>

#include <array>

using namespace strowger;
using strowger::testing::test_core;

namespace {

using bytes = std::vector<std::uint8_t>;

// ITU-T G.711, tables 5 and 6: these eight octets, repeated, are 1000 Hz at 0 dBm0.
const bytes mu_milliwatt{0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e};
const bytes a_milliwatt{0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4};
constexpr std::uint8_t pcmu = 0, pcma = 8, g722 = 9;

class mod_tap : public ::testing::Test {
protected:
    mod_tap() {
        EXPECT_EQ(pbx.load("mod_tap"), "");
        pbx.extension("4000", {{"tap", ""}, {"test_waits", ""}});
        application waits{.name = "test_waits"};
        waits.run = [](channel& self, std::string) { return wait(&self); };
        waiting_ = pbx.names().add(std::move(waits)).value();
        call = pbx.comes_in("4000");
        pbx.turn();
    }
    static task<> wait(channel* self) { co_await self->sleep(std::chrono::hours(1)); }

    void hear(direction way, std::uint8_t type, const bytes& payload) {
        call.media->self->packet(way, type, payload);
    }
    std::string level() { return pbx.run("tap level " + call.who->id()).text; }

    test_core pbx;
    test_core::call call;
    token waiting_;
};

}  // namespace

TEST_F(mod_tap, knows_the_digital_milliwatt) {
    EXPECT_EQ(level(), "in no G.711, out no G.711");
    hear(direction::inbound, pcmu, mu_milliwatt);
    EXPECT_EQ(level(), "in 0.0 dBm0, out no G.711");
    hear(direction::outbound, pcma, a_milliwatt);
    EXPECT_EQ(level(), "in 0.0 dBm0, out 0.0 dBm0");
}

TEST_F(mod_tap, measures_other_levels) {
    // The loudest octet of mu-law is 8031 of 8159, of A-law 4032 of 4096. A square wave of it has
    // twice a sine wave's power, 3.01 dB: 3.17 + 3.01 - 0.14, and 3.14 + 3.01 - 0.14.
    hear(direction::inbound, pcmu, {0x80, 0x00, 0x80, 0x00});
    hear(direction::outbound, pcma, {0xaa, 0x2a, 0xaa, 0x2a});
    EXPECT_EQ(level(), "in 6.0 dBm0, out 6.0 dBm0");
    // 0xdf is 33 * 4 - 33 = 99, of 8159: 38.3 dB below.
    hear(direction::inbound, pcmu, {0xdf, 0x5f});
    EXPECT_EQ(level(), "in -32.1 dBm0, out 6.0 dBm0");
    hear(direction::inbound, pcmu, {0xff, 0x7f, 0xff});
    EXPECT_EQ(level(), "in silence, out 6.0 dBm0");
}

TEST_F(mod_tap, ignores_other_codecs_and_empty_packets) {
    hear(direction::inbound, g722, mu_milliwatt);
    hear(direction::inbound, pcmu, {});
    EXPECT_EQ(level(), "in no G.711, out no G.711");
}

TEST_F(mod_tap, is_taken_off) {
    hear(direction::inbound, pcmu, mu_milliwatt);
    EXPECT_EQ(call.who->media()->status().taps, 1U);
    EXPECT_EQ(pbx.run("tap off " + call.who->id()).text, "+OK");
    EXPECT_EQ(call.who->media()->status().taps, 0U);
    auto again = pbx.run("tap level " + call.who->id());
    EXPECT_FALSE(again.ok);
    EXPECT_NE(again.text.find("is not tapped"), std::string::npos);
}

TEST_F(mod_tap, tells_the_highest_level_at_the_end) {
    hear(direction::inbound, pcmu, {0xff});
    hear(direction::inbound, pcmu, mu_milliwatt);
    hear(direction::inbound, pcmu, {0xff});
    call.who->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_TRUE(pbx.log.contains("highest level in 0.0 dBm0, out no G.711"));
}

TEST_F(mod_tap, says_what_it_expected) {
    for (const auto* wrong : {"tap", "tap level", "tap loud 1", "tap level nobody"})
        EXPECT_TRUE(pbx.run(wrong).text.starts_with("-ERR tap: ")) << wrong;
    using words = std::vector<std::string>;
    EXPECT_EQ(pbx.complete("tap", ""), (words{"level", "off"}));
    EXPECT_EQ(pbx.complete("tap", "off"), words{call.who->id()});
}

TEST_F(mod_tap, ends_its_taps_and_no_call_when_it_is_reloaded) {
    hear(direction::inbound, pcmu, mu_milliwatt);
    EXPECT_EQ(pbx.reload("mod_tap"), "");
    EXPECT_EQ(call.who->media()->status().taps, 0U);
    EXPECT_NE(call.who->state(), channel_state::ended);
    EXPECT_EQ(pbx.unload("mod_tap"), "");
    EXPECT_TRUE(pbx.until([&] { return !pbx.mapped("mod_tap"); }));
}
