// One leg of a call, as applications see it. Made and owned by the core; control loop only.
#pragma once

#include <strowger/clock.hpp>
#include <strowger/endpoint.hpp>
#include <strowger/task.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace strowger {

enum class channel_state { starting, routing, ringing, early, answered, ended };
std::string_view to_string(channel_state state) noexcept;

// Is this leg, or this call, private? The design's three words, best first.
enum class privacy { secure, unverified, exposed };
std::string_view to_string(privacy word) noexcept;  // "private", "unverified", "exposed"
struct privacy_verdict {
    privacy word = privacy::exposed;
    std::string reason;  // "signalling over udp is in the clear"
};
// The rule, for a leg.
privacy_verdict judge(const leg_facts& signalling, const media_status& media);

struct channel_times {
    wall_time created, progress, progress_media, answered, ended;
};

class channel {
public:
    virtual ~channel();

    virtual const std::string& id() const noexcept = 0;  // a UUID
    virtual direction way() const noexcept = 0;
    virtual channel_state state() const noexcept = 0;
    virtual hangup_cause cause() const noexcept = 0;
    virtual const caller_profile& caller() const noexcept = 0;
    virtual caller_profile& caller() noexcept = 0;
    virtual variables& vars() noexcept = 0;
    virtual const channel_times& times() const noexcept = 0;
    virtual leg_facts facts() const = 0;
    // The media, or nullptr before there is any and after the end.
    virtual media_session* media() noexcept = 0;
    virtual privacy_verdict verdict() const = 0;
    // The channel this one is bridged with, or nullptr.
    virtual channel_ptr peer() const noexcept = 0;
    // The application that runs now, with its data, for `show channels`.
    virtual std::string_view application() const noexcept = 0;
    virtual std::string_view application_data() const noexcept = 0;

    // A variable as dialplans read it: channel variable, then caller profile field, then global.
    virtual std::optional<std::string> lookup(std::string_view name) const = 0;
    // ${…} in a text, once: what comes out is not expanded again.
    virtual std::string expand(std::string_view text) = 0;
    // Sets a variable that holds digits a person typed: facts and logs show asterisks instead,
    // unless log-dtmf is set.
    virtual void set_secret(std::string_view name, std::string value) {
        vars().set(name, std::move(value));
    }
    // What people may see of a variable's value, or (no name) of any text with values in it: keys
    // are masked, and digits that were typed are asterisks wherever they stand. For facts, logs,
    // commands.
    virtual std::string shown(std::string_view name, std::string_view value) const;

    // Inbound: 180; 183 with media; the answer. Nothing happens when already done. An error ends
    // nothing: the application decides.
    virtual result<void> ring() = 0;
    virtual result<void> pre_answer() = 0;
    virtual result<void> answer() = 0;
    // Ends the channel. Its coroutine is cancelled (asio's terminal cancellation) and unwinds.
    virtual void hangup(hangup_cause cause, std::string_view text = {}) = 0;

    // Waits for something, until the deadline. All are cancelled by hangup.
    virtual task<> sleep(steady_time::duration how_long) = 0;
    // The next digit, nothing when none came in time.
    virtual task<std::optional<char>> read_digit(steady_time::duration how_long) = 0;
    virtual void flush_digits() noexcept = 0;  // forgets those that wait to be read
    // Outbound: waits until something happens to the channel: true when it moved on (state changed)
    // since `seen`, false at the deadline.
    virtual task<bool> changed(channel_state seen, steady_time::duration how_long) = 0;

    // Runs the bridge with `other` until one of both ends or is transferred; joins their media.
    // `other`'s end does not end this one. Gives the cause of the end.
    virtual task<hangup_cause> bridge(channel_ptr other) = 0;
    // Leaves what runs now and routes again.
    virtual void transfer(std::string destination, std::string dialplan, std::string context) = 0;
};

}  // namespace strowger
