// Where registrations live. An interface: "registration_store/1" in the registry.
#pragma once

#include <strowger/clock.hpp>
#include <strowger/error.hpp>
#include <strowger/task.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

// One contact of one address of record.
struct binding {
    std::string user;
    std::string domain;
    std::string contact;    // the URI as registered, without angle brackets
    std::string profile;    // the profile it came in on
    std::string node;       // the PBX that holds the flow
    std::string flow;       // the flow it came on; never means another phone after a restart
    std::string transport;  // "udp", "tcp", "tls": of the socket, whatever the contact says
    std::string source;     // "192.0.2.1:5060" or "[2001:db8::1]:5060"
    std::string path;       // Path header field values, joined by commas
    std::string instance;   // +sip.instance
    std::string user_agent;
    std::string call_id;
    std::string authenticated_as;  // digest user, or certificate name
    std::uint32_t cseq = 0;
    std::uint32_t reg_id = 0;
    int q_millis = 1000;
    wall_time expires;  // as stored; turned into a steady deadline when loaded
    bool encrypted() const noexcept { return transport == "tls" || transport == "wss"; }
};

// The bindings to write and to remove for one address of record, all or nothing.
struct binding_change {
    std::string user;
    std::string domain;
    std::vector<binding> put;         // replaces the one with the same contact
    std::vector<std::string> remove;  // contacts
};

class registration_store {
public:
    virtual ~registration_store();
    // Makes a change durable, then calls `done` on the control loop with the outcome. Until then
    // lookups show the old state. errc::timed_out: the outcome is not known yet; memory follows it.
    virtual void apply(binding_change change, std::function<void(result<void>)> done) = 0;
    // The bindings that have not expired, from memory. Valid until the control loop's next turn.
    virtual std::vector<const binding*> find(std::string_view user,
                                             std::string_view domain) const = 0;
    virtual void each(const std::function<void(const binding&)>& visit) const = 0;
    virtual std::size_t size() const noexcept = 0;
};

}  // namespace strowger
