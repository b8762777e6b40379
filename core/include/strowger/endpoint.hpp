// An endpoint: makes and takes calls in some protocol. "endpoint/NAME" in the
// registry.
//
// The core owns the channel; the endpoint gives it a leg, which carries out orders and tells the
// channel what happened. SDP passes through as text.
#pragma once

#include <strowger/error.hpp>
#include <strowger/hangup_cause.hpp>
#include <strowger/lease.hpp>
#include <strowger/media.hpp>
#include <strowger/variables.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace strowger {

class channel;
class leg_events;
using channel_ptr = std::shared_ptr<channel>;

// One protocol leg. Control loop. Orders return at once; outcomes come by leg_events, never from
// within an order. The channel owns it and destroys it after ended(), or at shutdown.
class leg {
public:
    virtual ~leg();
    // Called once, when the channel exists; `events` stays valid until the leg is destroyed.
    virtual void attach(leg_events& events) = 0;
    // Outbound, once, before start(): finds the way to the far end, so that facts() are true when
    // the media are made by them. True: it is known already. False: ready() follows, or ended().
    virtual bool prepare() { return true; }
    // Outbound, after that: sends the call. `sdp` is our offer.
    virtual result<void> start(std::string sdp) = 0;
    // Inbound, before the answer: ringing without and with early media.
    virtual result<void> ring() = 0;
    virtual result<void> progress(std::string sdp) = 0;
    // Inbound: `sdp` is the answer, or our offer when theirs had none.
    virtual result<void> answer(std::string sdp) = 0;
    // A new offer on an answered leg; the outcome is reoffer_done().
    virtual result<void> reoffer(std::string sdp) = 0;
    // Ends the leg in the way its state asks for (reject, cancel, clear). ended() follows.
    virtual void hangup(hangup_cause cause, std::string_view text) = 0;
    virtual leg_facts facts() const = 0;
};

// What happens to a leg. Implemented by the channel; called on the control loop. Texts are borrowed
// for the call. `branch` tells the early dialogs of a forked call apart: SIP's To tag.
class leg_events {
public:
    // Outbound: the way to the far end is known, facts() are true: the order to start() comes now.
    virtual void ready() = 0;
    // Outbound: it rings there (180).
    virtual void ringing(std::string_view branch) = 0;
    // Outbound: early media, with the far end's answer (183).
    virtual void progressed(std::string_view branch, std::string_view sdp) = 0;
    // Outbound: taken, once. `sdp` is the answer to our offer.
    virtual void answered(std::string_view branch, std::string_view sdp) = 0;
    // One early branch of a forked call failed while others live.
    virtual void branch_ended(std::string_view branch) = 0;
    // The answer to an offer that answer() made (it came with the ACK).
    virtual void answer_received(std::string_view sdp) = 0;
    // The far end offers anew: the answer is returned, or an error: refuse it, nothing changed.
    // An empty `sdp`: they ask us for an offer.
    virtual result<std::string> offered(std::string_view sdp) = 0;
    // The outcome of reoffer(): their answer, or why it was refused.
    virtual void reoffer_done(result<std::string> sdp) = 0;
    // A digit that the signalling carried (SIP INFO); those of the media come by media_events.
    virtual void digit(char digit, std::chrono::milliseconds duration) = 0;
    // The leg is over. Nothing follows. `text` is for people: "486 Busy Here".
    virtual void ended(hangup_cause cause, std::string_view text) = 0;

protected:
    ~leg_events() = default;
};

// What a call says about itself. FreeSWITCH's caller profile.
struct caller_profile {
    std::string username;
    std::string dialplan = "XML";
    std::string caller_id_name;
    std::string caller_id_number;
    std::string network_addr;
    std::string ani;
    std::string rdnis;
    std::string destination_number;
    std::string source;  // "mod_sofia"
    std::string context = "default";
    std::string chan_name;  // the endpoint, the profile and the far end
    // A member by its name in the dialplan ("destination_number"), or nullptr.
    const std::string* field(std::string_view name) const noexcept;
};

struct originate_request {
    std::string address;    // what follows the endpoint's name and a slash
    variables vars;         // for the new channel: {} and [] of the dial string
    caller_profile caller;  // whom the call is from; the endpoint fills in the rest
    channel_ptr parent;     // the channel that bridges, or nullptr
    use holder;             // given to the channel with the leg
};

class endpoint {
public:
    virtual ~endpoint();
    // Makes the channel (by calls::outgoing) and starts the call. An error is one known at once:
    // errc::not_found (no such profile or gateway), errc::unavailable (nobody there), with a cause.
    struct failure {
        hangup_cause cause = hangup_cause::normal_temporary_failure;
        std::string text;
    };
    virtual boost::system::result<channel_ptr, failure> originate(originate_request request) = 0;
};

[[noreturn]] void throw_exception_from_error(const endpoint::failure& what,
                                             const boost::source_location& where);

}  // namespace strowger
