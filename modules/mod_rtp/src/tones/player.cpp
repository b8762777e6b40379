#include "tones/player.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace strowger::rtp {

void player::begin_tone() noexcept {
    position_ = 0;
    const auto& now = script_.tones[index_];
    count_ = std::min(now.frequencies.size(), oscillators_.size());
    for (std::size_t i = 0; i < count_; ++i) {
        auto angle = 2.0 * std::numbers::pi * now.frequencies[i] / 8000.0;
        oscillators_[i] = {2.0 * std::cos(angle), 0.0, -std::sin(angle) * now.amplitude};
    }
}

bool player::step() noexcept {
    const auto& now = script_.tones[index_];
    if (now.repeats < 0 || ++repeat_ < now.repeats) {
        begin_tone();
        return true;
    }
    repeat_ = 0;
    if (++index_ == script_.tones.size()) {
        index_ = 0;
        if (script_.loops >= 0 && ++loop_ >= script_.loops) {
            over_ = true;
            return false;
        }
    }
    begin_tone();
    return true;
}

bool player::next(std::span<std::int16_t> out) noexcept {
    if (over_) return false;
    for (auto& sample : out) {
        sample = 0;
        if (over_) continue;
        const auto& now = script_.tones[index_];
        if (position_ < now.on_samples) {
            double sum = 0;
            for (std::size_t i = 0; i < count_; ++i) {
                auto& each = oscillators_[i];
                sum += each.last;
                auto following = each.factor * each.last - each.before;
                each.before = each.last;
                each.last = following;
            }
            sample = static_cast<std::int16_t>(std::clamp(sum, -32767.0, 32767.0));
        }
        if (++position_ >= now.on_samples + now.off_samples) step();
    }
    return true;
}

// G.711: sign, three bits of segment, four of the place within it.
std::uint8_t encode_ulaw(std::int16_t sample) noexcept {
    constexpr int bias = 0x84, clip = 32635;
    int value = sample;
    int sign = value < 0 ? 0x80 : 0;
    if (value < 0) value = -value;
    value = std::min(value, clip) + bias;
    int segment = 7;
    for (int mask = 0x4000; segment > 0 && !(value & mask); mask >>= 1) --segment;
    int place = (value >> (segment + 3)) & 0x0f;
    return static_cast<std::uint8_t>(~(sign | segment << 4 | place));
}

std::uint8_t encode_alaw(std::int16_t sample) noexcept {
    int value = sample >> 3;  // 13 bits
    int mask = 0xd5;
    if (value < 0) {
        mask = 0x55;
        value = -value - 1;
    }
    int segment = 0;
    for (int end = 0x1f; segment < 8 && value > end; end = end << 1 | 1) ++segment;
    if (segment >= 8) return static_cast<std::uint8_t>(0x7f ^ mask);
    int place = segment < 2 ? value >> 1 : value >> segment;
    return static_cast<std::uint8_t>((segment << 4 | (place & 0x0f)) ^ mask);
}

}  // namespace strowger::rtp
