// All calls: how endpoints bring them in, how applications and commands find and make them.
// Control loop only.
#pragma once

#include <strowger/channel.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

struct incoming_call {
    owned<leg> signalling;
    caller_profile caller;
    variables vars;
    std::string sdp;  // the offer; empty: the far end wants ours
};

struct outgoing_call {
    owned<leg> signalling;
    caller_profile caller;
    variables vars;
    channel_ptr parent;  // whose media the new session is created near
};

struct originate_options {
    channel_ptr parent;     // the channel that bridges; it hears ringing and early media
    variables vars;         // for all legs
    caller_profile caller;  // used without parent
    std::chrono::milliseconds timeout{60000};
};

struct originate_failure {
    hangup_cause cause = hangup_cause::normal_temporary_failure;
    std::string text;
};

// One row of `show calls`: two bridged channels, or one alone.
struct call_row {
    channel_ptr a;
    channel_ptr b;            // may be nullptr
    privacy_verdict verdict;  // of the worst leg
};

class calls {
public:
    virtual ~calls();
    // The channel of a new inbound call. It is routed and its actions run in a coroutine of its own
    // from the control loop's next turn on. An error (no media engine, incompatible offer, limit
    // reached) has called signalling->hangup with the right cause already.
    virtual result<channel_ptr> incoming(incoming_call call) = 0;
    // The channel of a new outbound call; its offer is made and signalling->start() called.
    virtual result<channel_ptr> outgoing(outgoing_call call) = 0;

    virtual channel_ptr find(std::string_view id) const = 0;
    virtual std::vector<channel_ptr> all() const = 0;
    virtual std::vector<call_row> table() const = 0;
    virtual std::size_t size() const noexcept = 0;
    virtual std::uint64_t total() const noexcept = 0;  // channels since start

    // Calls a dial string ("user/1001,user/1002|…") and gives the answered channel.
    // What a dial string means: freeswitch's grammar, `|` in turn, `,` at once.
    virtual task<boost::system::result<channel_ptr, originate_failure>> originate(
        std::string dial_string, originate_options options) = 0;
    // Runs a channel without a coroutine (an originated one) through the dialplan or an
    // application.
    virtual void route(channel_ptr who, std::string destination, std::string dialplan,
                       std::string context) = 0;
    virtual void execute(channel_ptr who, std::string application, std::string data) = 0;

    // Hangs up all (or those with that variable set to that value); gives how many.
    virtual std::size_t hangup_all(hangup_cause cause, std::string_view variable = {},
                                   std::string_view value = {}) = 0;
    // ${…} in a text without channel. `vars` may be nullptr.
    virtual std::string expand(std::string_view text, const variables* vars) = 0;
};

[[noreturn]] void throw_exception_from_error(const originate_failure& what,
                                             const boost::source_location& where);

}  // namespace strowger
