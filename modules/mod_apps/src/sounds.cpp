#include "sounds.hpp"

#include <strowger/text.hpp>

#include <cstdint>

namespace strowger::apps {

result<sound> parse_sound(std::string_view text) {
    constexpr std::string_view tones = "tone_stream://";
    constexpr std::string_view silence = "silence_stream://";
    text = trim(text);
    if (text.starts_with(tones)) {
        if (text.size() == tones.size())
            return fail(errc::bad_syntax,
                        "tone_stream:// has no tones; expected %(on,off,hertz,…)");
        return sound{std::string(text.substr(tones.size())), std::nullopt};
    }
    if (text.starts_with(silence)) {
        auto rest = text.substr(silence.size());
        std::int64_t length = 0;
        if (!parse_number(trim(rest.substr(0, rest.find(','))), length) || length < -1)
            return fail(errc::bad_syntax, cat("\"", text, "\": expected silence_stream:// and a ",
                                              "number of milliseconds, or -1 for endless"));
        if (length <= 0) return sound{};
        constexpr std::int64_t day = 24LL * 60 * 60 * 1000;
        return sound{{}, std::chrono::milliseconds(std::min(length, day))};
    }
    return fail(errc::unsupported,
                cat("\"", text, "\" cannot be played: sound files are not built yet; ",
                    "tone_stream:// and silence_stream:// are"));
}

result<std::chrono::milliseconds> playing::start(const sound& what) {
    stop();
    if (what.tones.empty()) return what.silence.value_or(std::chrono::milliseconds(0));
    auto* media = on_.media();
    if (!media) return fail(errc::closed, "the call has no media");
    auto length = media->play_tones(what.tones);
    running_ = length.has_value();
    return length;
}

void playing::stop() {
    if (!running_) return;
    running_ = false;
    if (auto* media = on_.media()) media->stop_playing();
}

}  // namespace strowger::apps
