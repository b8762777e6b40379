// What all sessions of one engine share. Control loop only.
#pragma once

#include "ports/port_pool.hpp"
#include "relay/event_ring.hpp"

#include <strowger/context.hpp>
#include <strowger/media.hpp>

#include <map>
#include <memory>

namespace strowger::rtp {

class session;

struct engine_state {
    explicit engine_state(context& from) : ctx(from) {}
    context& ctx;
    std::shared_ptr<port_pool> ports = std::make_shared<port_pool>();
    std::shared_ptr<wake_up> bell = std::make_shared<wake_up>();
    // Every session alive. A media_session that is not among them belongs to another generation of
    // the module: its type must not be guessed at.
    std::map<const media_session*, session*> sessions;
    std::function<void()> last_session_gone;  // while the engine stops
    bool warned_of_old_variable = false;

    session* find(const media_session* which) const {
        auto found = sessions.find(which);
        return found == sessions.end() ? nullptr : found->second;
    }
};

}  // namespace strowger::rtp
