// From what was negotiated to what the media thread works with.
#include "session/session.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::rtp {
namespace {

// "192.0.2.1:5060" or "[2001:db8::1]:5060" without the port.
std::optional<ip_address> host_of(std::string_view text) {
    auto colon = text.rfind(':');
    if (text.starts_with('[')) {
        auto end = text.find(']');
        return ip_address::parse(text.substr(1, end == text.npos ? end : end - 1));
    }
    if (colon != text.npos && text.find(':') == colon) text = text.substr(0, colon);
    return ip_address::parse(text);
}

std::uint32_t ticks(std::chrono::milliseconds time) {
    if (time.count() <= 0) return 0;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.count() / 20, 1, 100'000'000));
}

}  // namespace

payload_map map_between(const agreed_stream& from, const agreed_stream& to) {
    auto map = empty_map();
    auto goal = [&](const codec& each) {
        if (const auto* same = find_same(to.send, each)) return same->payload;
        // Digits of another clock rate are better than none.
        if (each.is_digits())
            for (const auto& other : to.send)
                if (other.is_digits()) return other.payload;
        return dropped_payload;
    };
    for (const auto& each : from.receive) map[each.payload] = goal(each);
    // Some peers send with their own numbers instead of ours.
    for (const auto& each : from.send)
        if (map[each.payload] == dropped_payload) map[each.payload] = goal(each);
    return map;
}

bool have_common_audio(const agreed_stream& a, const agreed_stream& b) {
    return std::any_of(a.send.begin(), a.send.end(), [&](const auto& each) {
        return each.is_audio() && find_same(b.send, each);
    });
}

leg_settings settings_for(const agreed_stream& stream, const leg_facts& facts) {
    leg_settings settings;
    if (auto ip = ip_address::parse(stream.address); ip && !ip->unspecified()) {
        settings.rtp = socket_address(*ip, stream.rtp_port);
        settings.rtcp = socket_address(*ip, stream.rtcp_port);
    }
    if (auto ip = host_of(facts.remote_address)) settings.signalling = socket_address(*ip, 0);
    settings.mux = stream.mux;
    settings.secure = stream.secure;
    settings.sends = stream.sends();
    settings.receives = stream.receives();
    if (const auto* audio = stream.audio()) {
        settings.clock_rate = audio->rate;
        bool plain = audio->rate == 8000 && audio->channels == 1;
        settings.tone_alaw = iequals(audio->name, "PCMA");
        if (plain && (settings.tone_alaw || iequals(audio->name, "PCMU")))
            settings.tone_payload = audio->payload;
    }
    std::size_t events = 0;
    shown_payloads digits;
    for (const auto* list : {&stream.receive, &stream.send})
        for (const auto& each : *list) {
            (each.is_digits() ? digits : settings.shown).set(each.payload);
            if (each.is_digits() && events < settings.events.size())
                settings.events[events++] = {each.payload, each.rate};
        }
    // Digits are secrets: a number that means them in either direction is never shown.
    settings.shown &= ~digits;
    settings.timeout_ticks = ticks(facts.media_timeout);
    settings.hold_timeout_ticks = ticks(facts.media_hold_timeout);
    return settings;
}

}  // namespace strowger::rtp
