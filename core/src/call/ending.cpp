// The end of a channel: who is told, in which order, and what is given back.
#include "call/call_table.hpp"
#include "call/cdr.hpp"

#include <strowger/events.hpp>
#include <strowger/mask.hpp>

#include <boost/asio/post.hpp>

namespace strowger {

void call_channel::hangup(hangup_cause cause, std::string_view text) {
    if (ended() || !table_) return;
    finish(cause, text, true);
}

void call_channel::ended(hangup_cause cause, std::string_view text) {
    if (leg_over_ || !table_) return;
    auto self = shared_from_this();
    leg_over_ = true;
    if (!ended()) finish(cause, text, false);
    // The leg is calling us: it goes in the loop's next turn.
    if (leg_)
        boost::asio::post(table_->at().loop, [old = std::move(leg_)]() mutable { old.reset(); });
    settle();
}

void call_channel::finish(hangup_cause cause, std::string_view text, bool tell_leg) {
    auto self = shared_from_this();
    finishing_ = true;
    cause_ = cause == hangup_cause::none ? hangup_cause::normal_clearing : cause;
    times_.ended = table_->at().clock.wall();
    note_verdict(verdict());  // while leg and media are there to be asked
    state_ = channel_state::ended;
    length_alarm_.reset();
    if (tell_leg && leg_) leg_->hangup(cause_, text);
    if (auto other = partner()) {
        bool ours = bridge_owner_;
        separate(*other);
        // The bridge is the owner's: it ends the other. The other's end only lets the owner go on.
        if (ours) other->hangup(cause_, {});
    }
    close_media();
    set_cdr_variables(*this);
    table_->at().bus.publish(channel_hangup{{*this}});
    log_end(text);
    next_job_.reset();
    cancel_run();
    notify();
    finishing_ = false;
    settle();
}

void call_channel::close_media() {
    if (!media_) return;
    media_->observe(nullptr);
    media_->leave();
    // It may be the session that is calling us: it goes in the loop's next turn.
    boost::asio::post(table_->at().loop, [old = std::move(media_)]() mutable { old.reset(); });
    engine_ = {};
}

void call_channel::note_verdict(const privacy_verdict& seen) {
    if (!worst_ || seen.word > worst_->word) worst_ = seen;
}

// One line per call: an outbound leg that was bridged is part of the inbound one's.
void call_channel::log_end(std::string_view text) const {
    auto& log = table_->at().log;
    if (!log.wants(log_level::info)) return;
    if (way_ == direction::outbound && vars_.find("originator")) return;
    using std::chrono::duration_cast;
    auto talked = times_.answered == wall_time{}
                      ? std::chrono::milliseconds{0}
                      : duration_cast<std::chrono::milliseconds>(times_.ended - times_.answered);
    auto tenths = talked.count() < 0 ? 0 : talked.count() / 100;
    auto from = caller_.caller_id_number.empty() ? "(nobody)" : caller_.caller_id_number;
    log.info("call ", printable(from), " to ", printable(caller_.destination_number), ": ",
             tenths / 10, ".", tenths % 10, " s, ", to_string(cause_), text.empty() ? "" : " (",
             printable(text), text.empty() ? "" : ")", ", ", to_string(worst_->word), ": ",
             printable(worst_->reason));
}

void call_channel::settle() {
    if (!ended() || !leg_over_ || running_ || finishing_ || !table_) return;
    auto self = shared_from_this();
    auto& bus = table_->at().bus;
    bus.publish(channel_hangup_complete{{*this}});
    bus.publish(channel_destroy{{*this}});
    table_->gone(*this);
}

}  // namespace strowger
