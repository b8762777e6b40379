// A tone script as samples, 20 ms at a time. Made on the control loop, run on the media thread.
#pragma once

#include "tones/tones.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace strowger::rtp {

std::uint8_t encode_ulaw(std::int16_t sample) noexcept;  // ITU-T G.711
std::uint8_t encode_alaw(std::int16_t sample) noexcept;

class player {
public:
    explicit player(tone_script script) noexcept : script_(std::move(script)) { begin_tone(); }
    // Fills `out` with the next samples; false when the script was over before.
    bool next(std::span<std::int16_t> out) noexcept;

private:
    // y[n] = 2 cos(w) y[n-1] - y[n-2]: one multiplication for each sample.
    struct oscillator {
        double factor = 0, last = 0, before = 0;
    };
    void begin_tone() noexcept;
    bool step() noexcept;  // to the next tone; false at the end

    tone_script script_;
    std::size_t index_ = 0;
    int loop_ = 0, repeat_ = 0;
    std::uint32_t position_ = 0;  // in samples, within the tone
    std::array<oscillator, 4> oscillators_{};
    std::size_t count_ = 0;
    bool over_ = false;
};

}  // namespace strowger::rtp
