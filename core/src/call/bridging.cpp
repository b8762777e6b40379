// Two channels bridged: their media joined, their ends tied together.
#include "call/call_table.hpp"

#include <strowger/events.hpp>

namespace strowger {

// Undoes a bridge whose coroutine unwinds before it is over.
class bridging {
public:
    bridging(std::shared_ptr<call_channel> a, std::shared_ptr<call_channel> b)
        : a_(std::move(a)), b_(std::move(b)) {}
    ~bridging() {
        if (a_->partner() != b_) return;
        a_->separate(*b_);
        b_->hangup(hangup_cause::normal_clearing, {});
    }
    bridging(const bridging&) = delete;
    bridging& operator=(const bridging&) = delete;

private:
    std::shared_ptr<call_channel> a_, b_;
};

result<void> call_channel::unite(call_channel& other) {
    if (auto old = partner()) separate(*old);
    if (auto old = other.partner()) other.separate(*old);
    other.cancel_run();
    if (media_ && other.media_) {
        media_->leave();
        other.media_->leave();
        if (auto joined = media_->join(*other.media_); !joined) return joined;
    }
    peer_ = other.weak_from_this();
    other.peer_ = weak_from_this();
    bridge_owner_ = true;
    other.bridge_owner_ = false;
    vars_.set("bridge_uuid", other.id_);
    other.vars_.set("bridge_uuid", id_);
    digits_.clear();
    other.digits_.clear();
    table_->at().bus.publish(channel_bridge{*this, other});
    return {};
}

void call_channel::separate(call_channel& other) {
    auto cause = ended() ? cause_ : other.ended() ? other.cause_ : hangup_cause::normal_clearing;
    auto mine = verdict();
    auto theirs = other.verdict();
    for (const auto& seen : {mine, theirs}) {
        note_verdict(seen);
        other.note_verdict(seen);
    }
    auto& owner = other.bridge_owner_ ? other : *this;
    if (table_) table_->at().bus.publish(channel_unbridge{owner, &owner == this ? other : *this});
    for (auto* each : {this, &other}) {
        if (each->media_) {
            each->media_->leave();
            each->media_->set_direction(stream_direction::sendrecv);
            each->resume_later();
        }
        each->peer_.reset();
        each->bridge_owner_ = false;
        each->digits_.clear();
        each->vars_.set("last_bridge_hangup_cause", std::string(to_string(cause)));
        each->vars_.set("bridge_hangup_cause", std::string(to_string(cause)));
        each->notify();
    }
}

task<hangup_cause> call_channel::bridge(channel_ptr other) {
    auto self = shared_from_this();
    auto them = std::dynamic_pointer_cast<call_channel>(std::move(other));
    if (!them || them == self || ended()) co_return hangup_cause::destination_out_of_order;
    if (them->ended()) co_return them->cause();
    if (auto joined = unite(*them); !joined) {
        table_->at().log.warning(caller_.chan_name, ": cannot be bridged with ",
                                 them->caller_.chan_name, ": ", joined.error().text);
        them->hangup(hangup_cause::incompatible_destination, joined.error().text);
        co_return hangup_cause::incompatible_destination;
    }
    bridging together(self, them);
    waiter pause(table_->at().loop);
    watching mine(self, pause), theirs(them, pause);
    // Who is on hold already is heard of by the other.
    auto a_way = media_ ? media_->remote_direction() : stream_direction::sendrecv;
    auto b_way = them->media_ ? them->media_->remote_direction() : stream_direction::sendrecv;
    if (a_way != stream_direction::sendrecv) them->pass_direction(a_way);
    if (b_way != stream_direction::sendrecv) pass_direction(b_way);
    // No deadline of its own: both channels have theirs (max-call-seconds, media timeout).
    while (partner() == them) {
        auto next = pause.wait_until(table_->at().clock, steady_time::max());
        co_await std::move(next);
    }
    co_return them->ended() ? them->cause() : hangup_cause::normal_clearing;
}

}  // namespace strowger
