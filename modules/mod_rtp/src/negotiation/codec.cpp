#include "negotiation/codec.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <array>

namespace strowger::rtp {
namespace {

struct static_codec {
    std::uint8_t payload;
    std::string_view name;
    std::uint32_t rate;
};

// RFC 3551, table 4. G722 says 8000 although it samples at 16000.
constexpr std::array<static_codec, 9> statics{{{0, "PCMU", 8000},
                                               {3, "GSM", 8000},
                                               {4, "G723", 8000},
                                               {7, "LPC", 8000},
                                               {8, "PCMA", 8000},
                                               {9, "G722", 8000},
                                               {13, "CN", 8000},
                                               {15, "G728", 8000},
                                               {18, "G729", 8000}}};

// "96 opus/48000/2" without its number.
bool read_rtpmap(std::string_view value, codec& into) {
    auto slash = value.find('/');
    if (slash == value.npos || slash == 0) return false;
    into.name = std::string(value.substr(0, slash));
    value.remove_prefix(slash + 1);
    slash = value.find('/');
    into.channels = 1;
    if (slash != value.npos && !parse_number(trim(value.substr(slash + 1)), into.channels))
        return false;
    return parse_number(trim(value.substr(0, slash)), into.rate) && into.rate >= 1000 &&
           into.rate <= 384000 && into.channels >= 1 && into.channels <= 8 &&
           into.name.size() <= 64;
}

// The value behind the payload number in "a=rtpmap:96 …" or "a=fmtp:96 …".
const std::string* find_for(const sdp_media_line& line, std::string_view name, std::uint8_t payload,
                            std::size_t& behind) {
    for (const auto& each : line.attributes) {
        if (each.name != name) continue;
        auto blank = each.value.find(' ');
        std::uint8_t number = 0;
        if (blank == std::string::npos ||
            !parse_number(std::string_view(each.value).substr(0, blank), number) ||
            number != payload)
            continue;
        behind = blank + 1;
        return &each.value;
    }
    return nullptr;
}

}  // namespace

bool codec::is_digits() const noexcept { return iequals(name, "telephone-event"); }
bool codec::is_comfort() const noexcept { return iequals(name, "CN"); }

bool codec::same_as(const codec& other) const noexcept {
    return rate == other.rate && channels == other.channels && iequals(name, other.name);
}

std::string codec::text() const {
    return channels == 1 ? cat(name, '/', rate) : cat(name, '/', rate, '/', channels);
}

codecs read_codecs(const sdp_media_line& line) {
    codecs list;
    for (const auto& format : line.formats) {
        codec one;
        if (!parse_number(format, one.payload) || one.payload > 127) continue;
        // RFC 5761, 4: 64 to 95 would be taken for RTCP.
        if (one.payload >= 64 && one.payload <= 95) continue;
        if (std::any_of(list.begin(), list.end(),
                        [&](const auto& each) { return each.payload == one.payload; }))
            continue;
        std::size_t behind = 0;
        if (const auto* map = find_for(line, "rtpmap", one.payload, behind)) {
            if (!read_rtpmap(trim(std::string_view(*map).substr(behind)), one)) continue;
        } else {
            auto known = std::find_if(statics.begin(), statics.end(), [&](const auto& each) {
                return each.payload == one.payload;
            });
            if (known == statics.end()) continue;
            one.name = std::string(known->name);
            one.rate = known->rate;
        }
        if (const auto* text = find_for(line, "fmtp", one.payload, behind))
            one.format = std::string(trim(std::string_view(*text).substr(behind)));
        list.push_back(std::move(one));
    }
    return list;
}

void write_codecs(const codecs& list, sdp_media_line& line) {
    for (const auto& each : list) line.formats.push_back(cat(each.payload));
    for (const auto& each : list)
        line.attributes.push_back({"rtpmap", cat(each.payload, ' ', each.text())});
    for (const auto& each : list)
        if (!each.format.empty())
            line.attributes.push_back({"fmtp", cat(each.payload, ' ', each.format)});
}

const codec* find_same(const codecs& list, const codec& like) noexcept {
    for (const auto& each : list)
        if (each.same_as(like)) return &each;
    return nullptr;
}

std::vector<std::string> read_preferences(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        auto comma = text.find(',');
        auto word = trim(text.substr(0, comma));
        word = word.substr(0, word.find('@'));
        if (!word.empty()) names.emplace_back(word);
        text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
    }
    return names;
}

bool preferred(const codec& one, const std::vector<std::string>& preferences) noexcept {
    return preferences.empty() || !one.is_audio() ||
           std::any_of(preferences.begin(), preferences.end(),
                       [&](const auto& name) { return iequals(name, one.name); });
}

codecs default_codecs(const std::vector<std::string>& preferences) {
    static constexpr std::array<std::string_view, 2> plain{"PCMU", "PCMA"};
    codecs list;
    auto add = [&](std::string_view name) {
        if (iequals(name, "opus")) {
            list.push_back({102, "opus", 48000, 2, "useinbandfec=1"});
            return;
        }
        for (const auto& each : statics)
            if (iequals(each.name, name) && each.name != "CN")
                list.push_back({each.payload, std::string(each.name), each.rate, 1, ""});
    };
    if (preferences.empty())
        for (auto name : plain) add(name);
    for (const auto& name : preferences) add(name);
    return list;
}

}  // namespace strowger::rtp
