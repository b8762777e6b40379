// tone_stream text, and the first second of what it sounds like.
#include "../target.hpp"

#include "tones/player.hpp"
#include "tones/tones.hpp"

#include <array>
#include <chrono>

namespace strowger::rtp {

STROWGER_FUZZ_TARGET(tones) {
    auto script = parse_tones(bytes);
    if (!script) {
        STROWGER_PROMISE(script.error().text.starts_with("tones: "));
        return;
    }
    STROWGER_PROMISE(!script->tones.empty() && script->tones.size() <= 64);
    auto length = script->duration();
    STROWGER_PROMISE(length.count() >= 0);
    player plays(*script);
    std::array<std::int16_t, 160> samples{};
    int frames = 0;
    for (; frames < 50 && plays.next(samples); ++frames)
        for (auto each : samples) {
            (void)encode_ulaw(each);
            (void)encode_alaw(each);
        }
    // It is over when it says so: its last frame may be shorter than 20 ms.
    if (length.count() > 0 && length < std::chrono::milliseconds(900))
        STROWGER_PROMISE(frames == (length.count() + 19) / 20);
    else
        STROWGER_PROMISE(frames >= 45);
}

}  // namespace strowger::rtp
