// Words that both halves of the negotiator use.
#pragma once

#include "negotiation/codec.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace strowger::rtp {

inline bool is_plain(std::string_view protocol) {
    return protocol == "RTP/AVP" || protocol == "RTP/AVPF";
}
inline bool is_secure(std::string_view protocol) {
    return protocol == "RTP/SAVP" || protocol == "RTP/SAVPF";
}

inline bool has_audio(const codecs& list) {
    return std::any_of(list.begin(), list.end(), [](const auto& each) { return each.is_audio(); });
}

inline std::string names_of(const codecs& list) {
    std::string names;
    for (const auto& each : list)
        if (each.is_audio()) names += cat(names.empty() ? "" : ", ", each.text());
    return names.empty() ? "none" : names;
}

}  // namespace strowger::rtp
