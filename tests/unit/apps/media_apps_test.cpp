// playback and read.
#include "apps_world.hpp"
#include "sounds.hpp"

namespace strowger::testing {
namespace {

class media_apps : public apps_world {};

TEST_F(media_apps, tones_to_their_end) {
    auto call = run({{"playback", "tone_stream://%(500,0,440)"}});
    EXPECT_EQ(call.media->playing, "%(500,0,440)");
    EXPECT_EQ(call.leg->orders, std::vector<std::string>{"progress answer"});
    pbx.pass(milliseconds(500));
    EXPECT_EQ(call.media->playing, "");
    EXPECT_EQ(call.who->application(), "rest");
}

TEST_F(media_apps, endless_tones_until_the_end) {
    auto call = run({{"playback", "tone_stream://endless"}});
    pbx.pass(std::chrono::hours(5));
    EXPECT_EQ(call.media->playing, "endless");
    call.who->hangup(hangup_cause::normal_clearing);
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
}

TEST_F(media_apps, silence) {
    auto call = run({{"playback", "silence_stream://2000,1400"}});
    pbx.pass(milliseconds(1999));
    EXPECT_EQ(call.who->application(), "playback");
    pbx.pass(milliseconds(1));
    EXPECT_EQ(call.who->application(), "rest");
}

TEST_F(media_apps, what_cannot_be_played_is_said_and_left_out) {
    auto call = run({{"playback", "/sounds/hello.wav"}, {"playback", "tone_stream://wrong"}});
    EXPECT_EQ(call.who->application(), "rest");
    EXPECT_TRUE(in.captured.contains(
        "playback: \"/sounds/hello.wav\" cannot be played: sound files are not built yet; "
        "tone_stream:// and silence_stream:// are"));
    EXPECT_TRUE(in.captured.contains("playback tone_stream://wrong: expected %("));
}

TEST(sounds, texts) {
    using apps::parse_sound;
    EXPECT_EQ(parse_sound("tone_stream://x").value().tones, "x");
    EXPECT_EQ(parse_sound("silence_stream://-1").value().silence, std::nullopt);
    EXPECT_EQ(parse_sound("silence_stream://250").value().silence, milliseconds(250));
    EXPECT_EQ(parse_sound("silence_stream://x").error().code, errc::bad_syntax);
    EXPECT_EQ(parse_sound("tone_stream://").error().code, errc::bad_syntax);
    EXPECT_EQ(parse_sound("").error().code, errc::unsupported);
}

class read_app : public apps_world {
protected:
    // "pin=1234 result=success terminator=#"
    std::string outcome(const call_world::call& call) {
        auto& vars = call.who->vars();
        return cat("pin=", vars.get("pin"), " result=", vars.get("read_result"),
                   " terminator=", vars.get("read_terminator_used"));
    }
    call_world::call reading(std::string data) { return run({{"read", std::move(data)}}); }
};

TEST_F(read_app, as_many_as_it_takes) {
    auto call = reading("4 4 tone_stream://%(100,0,800) pin 5000");
    EXPECT_EQ(call.media->playing, "%(100,0,800)");
    press(call, "1");
    EXPECT_EQ(call.media->playing, "");  // the first digit stops the sound
    press(call, "234");
    EXPECT_EQ(outcome(call), "pin=1234 result=success terminator=");
    EXPECT_EQ(call.who->application(), "rest");
    EXPECT_EQ(call.who->shown("pin", "1234"), "****");
    EXPECT_EQ(call.who->shown("copy", "a1234 b"), "a**** b");
    EXPECT_EQ(call.who->shown("copy", "123"), "123");
}

TEST_F(read_app, to_the_terminator) {
    auto call = reading("1 8 silence_stream://100 pin 5000 #*");
    press(call, "12*");
    EXPECT_EQ(outcome(call), "pin=12 result=success terminator=*");
}

TEST_F(read_app, each_digit_gets_the_whole_time) {
    auto call = reading("2 8 silence_stream://100 pin 1000");
    pbx.pass(milliseconds(1050));  // the sound's length counts for the first
    press(call, "1");
    pbx.pass(milliseconds(900));
    press(call, "2");
    pbx.pass(milliseconds(1000));
    EXPECT_EQ(outcome(call), "pin=12 result=success terminator=");
}

TEST_F(read_app, too_few) {
    auto call = reading("4 4 silence_stream://100 pin 1000");
    press(call, "12");
    pbx.pass(milliseconds(1000));
    EXPECT_EQ(outcome(call), "pin= result=timeout terminator=");
    EXPECT_EQ(call.who->application(), "rest");
}

TEST_F(read_app, none_means_no_terminator) {
    auto call = reading("2 2 silence_stream://100 pin 1000 none");
    press(call, "1#");
    EXPECT_EQ(outcome(call), "pin=1# result=success terminator=");
}

TEST_F(read_app, bad_texts) {
    for (auto data : {"", "1 2 x", "0 0 x pin 100", "3 2 x pin 100", "1 2 x pin soon",
                      "1 9999 x pin 100", "-1 2 x pin 100"}) {
        auto call = reading(data);
        EXPECT_EQ(outcome(call), "pin= result=failure terminator=") << data;
    }
    EXPECT_TRUE(in.captured.contains("expected <min> <max> <sound> <variable>"));
}

TEST_F(read_app, a_hangup_while_reading) {
    auto call = reading("4 4 tone_stream://endless pin 5000");
    press(call, "12");
    call.leg->events->ended(hangup_cause::normal_clearing, "");
    pbx.turn();
    EXPECT_EQ(pbx.at->size(), 0u);
    EXPECT_EQ(pbx.time.pending(), 0u);
}

TEST_F(read_app, digits_are_in_no_log) {
    auto call = reading("4 4 silence_stream://100 pin 5000");
    press(call, "8765");
    for (const auto* log : {&pbx.captured, &in.captured})
        for (const auto& each : log->records())
            for (auto digit : {"8", "7", "6", "5"})
                EXPECT_EQ(each.text.find(cat("digit ", digit)), std::string::npos);
    EXPECT_FALSE(pbx.captured.contains("8765"));
    EXPECT_FALSE(in.captured.contains("8765"));
}

}  // namespace
}  // namespace strowger::testing
