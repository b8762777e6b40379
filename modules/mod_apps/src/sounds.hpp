// Sounds that are played to a channel: tones and silence.
#pragma once

#include <strowger/channel.hpp>
#include <strowger/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace strowger::apps {

// What a sound's text asks for.
struct sound {
    std::string tones;                                 // empty: silence
    std::optional<std::chrono::milliseconds> silence;  // nothing: endless, or tones
};

// "tone_stream://…" or "silence_stream://<ms>[,<noise>]" (-1: endless). Files are not built yet:
// errc::unsupported.
result<sound> parse_sound(std::string_view text);

// Plays until destroyed. Declared in a coroutine's frame; the channel outlives it.
class playing {
public:
    explicit playing(channel& on) : on_(on) {}
    ~playing() { stop(); }
    playing(const playing&) = delete;
    playing& operator=(const playing&) = delete;
    // How long it will take; 0: endless.
    result<std::chrono::milliseconds> start(const sound& what);
    void stop();

private:
    channel& on_;
    bool running_ = false;
};

}  // namespace strowger::apps
