// Tones in FreeSWITCH's tone_stream text: "%(on,off,f1[,f2…])" in milliseconds and hertz, "v=" in
// decibels, "L=" repeats of one tone, "loops=" repeats of the whole, -1 for ever.
#pragma once

#include <strowger/error.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace strowger::rtp {

struct tone {
    std::uint32_t on_samples = 0, off_samples = 0;  // at 8000 Hz
    std::vector<double> frequencies;                // hertz; empty: silence
    double amplitude = 0;                           // of each frequency, full scale is 32767
    int repeats = 1;                                // -1: for ever
};

struct tone_script {
    std::vector<tone> tones;
    int loops = 1;  // -1: for ever
    // Zero when it is endless.
    std::chrono::milliseconds duration() const noexcept;
};

// errc::bad_syntax says what was expected. Blanks are allowed; "tone_stream://" in front too.
result<tone_script> parse_tones(std::string_view text);

}  // namespace strowger::rtp
