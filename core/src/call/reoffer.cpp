// Re-INVITEs: answered here, and hold passed on to the other leg.
#include "call/call_table.hpp"

#include <boost/asio/post.hpp>

namespace strowger {
namespace {

// What one far end asked for, seen from our side towards the other far end: who may only be heard
// by us wants to hear nothing, so the other may only listen.
stream_direction across(stream_direction ours) {
    switch (ours) {
        case stream_direction::recvonly:
            return stream_direction::sendonly;
        case stream_direction::sendonly:
            return stream_direction::recvonly;
        default:
            return ours;
    }
}

}  // namespace

result<std::string> call_channel::offered(std::string_view sdp) {
    if (ended() || !media_) return fail(errc::closed, "the call has ended");
    // Both offering at once is glare: theirs is refused and comes again (RFC 3261, 14.2).
    if (reoffer_waits_) return fail(errc::busy, "an offer of ours is under way");
    if (sdp.empty()) return media_->create_offer();
    auto before = media_->remote_direction();
    if (auto set = media_->set_remote(sdp, {}, sdp_kind::offer); !set) return set.error();
    auto mine = media_->create_answer();
    if (!mine) {
        media_->rollback();
        return mine;
    }
    auto now = media_->remote_direction();
    if (now != before)
        if (auto other = partner()) other->pass_direction(now);
    return mine;
}

void call_channel::pass_direction(stream_direction theirs) {
    if (ended() || !media_ || !answered()) return;
    media_->set_direction(across(theirs));
    held_ = theirs != stream_direction::sendrecv;
    send_reoffer();
}

// Who was held by the other end is not held any more when there is no other end. Not at once: the
// call may be about to end.
void call_channel::resume_later() {
    if (!std::exchange(held_, false) || ended()) return;
    boost::asio::post(table_->at().loop, [self = shared_from_this()] {
        if (!self->ended() && self->media_ && self->answered() && !self->held_)
            self->send_reoffer();
    });
}

void call_channel::send_reoffer() {
    if (reoffer_waits_) {
        reoffer_again_ = true;
        return;
    }
    auto offer = media_->create_offer();
    if (!offer) {
        table_->at().log.notice(caller_.chan_name,
                                ": hold cannot be passed on: ", offer.error().text);
        return media_->rollback();
    }
    if (auto sent = leg_->reoffer(std::move(*offer)); !sent) {
        table_->at().log.notice(caller_.chan_name,
                                ": hold cannot be passed on: ", sent.error().text);
        return media_->rollback();
    }
    reoffer_waits_ = true;
}

void call_channel::reoffer_done(result<std::string> sdp) {
    reoffer_waits_ = false;
    if (ended() || !media_) return;
    if (!sdp) {
        media_->rollback();
        table_->at().log.info(caller_.chan_name, ": the new offer was refused: ", sdp.error().text);
    } else if (auto set = media_->set_remote(*sdp, branch_, sdp_kind::final_answer); !set) {
        media_->rollback();
        table_->at().log.warning(caller_.chan_name,
                                 ": the answer to a new offer cannot be used: ", set.error().text);
    }
    if (std::exchange(reoffer_again_, false)) send_reoffer();
    notify();
}

}  // namespace strowger
