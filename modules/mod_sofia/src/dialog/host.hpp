// What a call session needs of its profile. Control loop only; outlives every session.
#pragma once

#include "auth/authenticator.hpp"
#include "transaction/layer.hpp"
#include "transport/flow.hpp"

#include <strowger/clock.hpp>
#include <strowger/endpoint.hpp>
#include <strowger/log.hpp>

#include <functional>
#include <string>

namespace strowger::sofia {

class dialog_table;

class session_host {
public:
    virtual transaction_layer& transactions() = 0;
    virtual dialog_table& dialogs() = 0;
    virtual strowger::clock& clock() = 0;
    virtual logger& log() = 0;
    virtual const transaction_timers& timers() const = 0;
    // User-Agent of what we send, or empty.
    virtual const std::string& user_agent() const = 0;
    // Our Contact for messages on that flow: "<sip:mod_sofia@192.0.2.1:5061;transport=tls>".
    virtual std::string contact(const flow& on) const = 0;
    // A leg's facts on that flow; `on` is nullptr while there is none: then `planned` says where
    // the call will go, or not at all.
    virtual leg_facts facts(const flow* on, transport_kind planned, direction way) const = 0;
    // The flow to a datagram peer, or nullptr.
    virtual flow_ptr datagram(const address& peer) = 0;
    // Runs `work` in one of the control loop's next turns.
    virtual void later(std::function<void()> work) = 0;

protected:
    ~session_host() = default;
};

}  // namespace strowger::sofia
