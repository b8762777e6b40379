#include "tones/tones.hpp"

#include <strowger/text.hpp>

#include <cmath>

namespace strowger::rtp {
namespace {

constexpr std::size_t most_tones = 64, most_frequencies = 4;
constexpr std::uint32_t longest_ms = 3'600'000;

bool parse_decimal(std::string_view text, double& out) {
    auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
    return problem == std::errc{} && end == text.data() + text.size();
}

result<tone> parse_one(std::string_view inside, double volume, int repeats) {
    tone one;
    one.repeats = repeats;
    std::size_t field = 0;
    while (true) {
        auto comma = inside.find(',');
        auto word = trim(inside.substr(0, comma));
        if (field < 2) {
            std::uint32_t ms = 0;
            if (!parse_number(word, ms) || ms > longest_ms)
                return fail(
                    errc::bad_syntax,
                    cat("tones: \"", word, "\" is no length in milliseconds up to ", longest_ms));
            (field == 0 ? one.on_samples : one.off_samples) = ms * 8;
        } else {
            double hertz = 0;
            if (!parse_decimal(word, hertz) || !(hertz >= 1) || !(hertz < 4000))
                return fail(errc::bad_syntax,
                            cat("tones: \"", word, "\" is no frequency from 1 to 3999 hertz"));
            if (one.frequencies.size() >= most_frequencies)
                return fail(errc::bad_syntax, "tones: more than four frequencies in one tone");
            one.frequencies.push_back(hertz);
        }
        ++field;
        if (comma == inside.npos) break;
        inside.remove_prefix(comma + 1);
    }
    if (field < 3) return fail(errc::bad_syntax, "tones: expected %(on,off,frequency)");
    if (one.on_samples + one.off_samples < 80)
        return fail(errc::bad_syntax, "tones: a tone is at least 10 ms long");
    // Together the frequencies stay below full scale.
    one.amplitude =
        32767.0 * std::pow(10.0, volume / 20.0) / static_cast<double>(one.frequencies.size());
    return one;
}

}  // namespace

result<tone_script> parse_tones(std::string_view text) {
    tone_script script;
    double volume = -7.0;  // FreeSWITCH's own
    int repeats = 1;
    text = trim(text);
    if (text.starts_with("tone_stream://")) text.remove_prefix(14);
    while (!(text = trim(text)).empty()) {
        if (text.front() == ';') {
            text.remove_prefix(1);
            continue;
        }
        if (text.starts_with("%(")) {
            auto end = text.find(')');
            if (end == text.npos) return fail(errc::bad_syntax, "tones: \")\" is missing");
            if (script.tones.size() >= most_tones)
                return fail(errc::bad_syntax, cat("tones: more than ", most_tones));
            auto one = parse_one(text.substr(2, end - 2), volume, repeats);
            if (!one) return one.error();
            script.tones.push_back(std::move(*one));
            text.remove_prefix(end + 1);
            continue;
        }
        auto end = text.find_first_of(";%");
        auto word = trim(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end);
        auto equals = word.find('=');
        auto name = trim(word.substr(0, equals));
        auto value = equals == word.npos ? std::string_view{} : trim(word.substr(equals + 1));
        if (name == "v" && parse_decimal(value, volume) && volume >= -63 && volume <= 0) continue;
        if (name == "loops" && parse_number(value, script.loops) && script.loops >= -1) continue;
        if (name == "L" && parse_number(value, repeats) && repeats >= -1) continue;
        return fail(errc::bad_syntax,
                    cat("tones: \"", word.substr(0, 32),
                        "\" is not understood; there are %(on,off,frequency…), v=, L= and loops="));
    }
    if (script.tones.empty())
        return fail(errc::bad_syntax, "tones: there is no %(on,off,frequency)");
    if (script.loops == 0) script.loops = 1;
    for (auto& each : script.tones)
        if (each.repeats == 0) each.repeats = 1;
    return script;
}

std::chrono::milliseconds tone_script::duration() const noexcept {
    std::uint64_t samples = 0;
    for (const auto& each : tones) {
        if (each.repeats < 0) return {};
        samples += std::uint64_t{each.on_samples + each.off_samples} *
                   static_cast<std::uint64_t>(each.repeats);
    }
    if (loops < 0) return {};
    return std::chrono::milliseconds(samples * static_cast<std::uint64_t>(loops) / 8);
}

}  // namespace strowger::rtp
