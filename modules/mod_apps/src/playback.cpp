// playback: tones or silence, to the end.
#include "answering.hpp"
#include "apps.hpp"
#include "sounds.hpp"

namespace strowger::apps {
namespace {

task<> run_playback(logger* log, channel* self, std::string data) {
    auto what = parse_sound(data);
    if (!what) {
        log->error(self->caller().chan_name, ": playback: ", what.error().text);
        co_return;
    }
    if (!done(*self, *log, "playback", self->pre_answer())) co_return;
    playing now(*self);
    auto length = now.start(*what);
    if (!length) {
        log->error(self->caller().chan_name, ": playback ", data, ": ", length.error().text);
        co_return;
    }
    if (length->count() == 0) {
        for (;;) {  // until the call ends
            auto hour = self->sleep(std::chrono::hours(1));
            co_await std::move(hour);
        }
    }
    auto whole = self->sleep(*length);
    co_await std::move(whole);
}

}  // namespace

application make_playback(context& in) {
    application out;
    out.name = "playback";
    out.syntax = "tone_stream://<tones> | silence_stream://<milliseconds>";
    out.help = "Plays tones or silence.";
    out.run = [log = &in.log()](channel& self, std::string data) {
        return run_playback(log, &self, std::move(data));
    };
    return out;
}

}  // namespace strowger::apps
