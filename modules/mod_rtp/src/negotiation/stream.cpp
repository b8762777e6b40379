// Directions, and what a stream agreed on says.
#include "negotiation/negotiator.hpp"

namespace strowger::rtp {
namespace {

bool sends_in(stream_direction way) noexcept {
    return way == stream_direction::sendrecv || way == stream_direction::sendonly;
}
bool receives_in(stream_direction way) noexcept {
    return way == stream_direction::sendrecv || way == stream_direction::recvonly;
}
stream_direction made_of(bool send, bool receive) noexcept {
    if (send) return receive ? stream_direction::sendrecv : stream_direction::sendonly;
    return receive ? stream_direction::recvonly : stream_direction::inactive;
}

}  // namespace

stream_direction reversed(stream_direction way) noexcept {
    return made_of(receives_in(way), sends_in(way));
}

stream_direction common(stream_direction a, stream_direction b) noexcept {
    return made_of(sends_in(a) && sends_in(b), receives_in(a) && receives_in(b));
}

std::string_view to_string(stream_direction way) noexcept {
    switch (way) {
        case stream_direction::sendonly:
            return "sendonly";
        case stream_direction::recvonly:
            return "recvonly";
        case stream_direction::inactive:
            return "inactive";
        case stream_direction::sendrecv:
            break;
    }
    return "sendrecv";
}

const codec* agreed_stream::audio() const noexcept {
    for (const auto& each : send)
        if (each.is_audio()) return &each;
    return nullptr;
}

bool agreed_stream::sends() const noexcept { return sends_in(way); }
bool agreed_stream::receives() const noexcept { return receives_in(way); }

}  // namespace strowger::rtp
