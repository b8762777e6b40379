// What the far end does: answers, digits, media that falls silent.
#include "call/call_table.hpp"

#include <strowger/events.hpp>

namespace strowger {

void call_channel::ringing(std::string_view) {
    if (state_ < channel_state::ringing) move_to(channel_state::ringing);
}

void call_channel::progressed(std::string_view branch, std::string_view sdp) {
    if (state_ >= channel_state::answered || !media_) return;
    if (auto set = media_->set_remote(sdp, branch, sdp_kind::provisional_answer); !set) {
        // Early media is a courtesy: without it the call still rings.
        table_->at().log.notice(caller_.chan_name,
                                ": early media cannot be used: ", set.error().text);
        return ringing(branch);
    }
    if (state_ < channel_state::early)
        move_to(channel_state::early);
    else
        notify();
}

void call_channel::answered(std::string_view branch, std::string_view sdp) {
    if (state_ >= channel_state::answered || !media_) return;
    if (auto set = media_->set_remote(sdp, branch, sdp_kind::final_answer); !set) {
        table_->at().log.warning(caller_.chan_name,
                                 ": the answer cannot be used: ", set.error().text);
        return hangup(hangup_cause::incompatible_destination, set.error().text);
    }
    branch_ = branch;
    move_to(channel_state::answered);
}

void call_channel::branch_ended(std::string_view branch) {
    if (!media_ || answered()) return;
    media_->drop(branch);
    notify();
}

void call_channel::answer_received(std::string_view sdp) {
    if (!media_) return;
    if (auto set = media_->set_remote(sdp, branch_, sdp_kind::final_answer); !set)
        hangup(hangup_cause::incompatible_destination, set.error().text);
}

void call_channel::digit(char digit, std::chrono::milliseconds duration) {
    constexpr std::string_view known = "0123456789*#ABCD";
    constexpr std::size_t most = 100;
    if (ended() || !table_ || known.find(digit) == known.npos) return;
    if (digits_.size() >= most) digits_.pop_front();
    digits_.push_back(digit);
    auto& at = table_->at();
    bool in_clear = table_->settings().log_dtmf;
    at.log.debug(caller_.chan_name, ": digit ", in_clear ? digit : '*');
    at.bus.publish(dtmf{*this, digit, static_cast<int>(duration.count()), in_clear});
    notify();
}

void call_channel::on_digit(char which, std::chrono::milliseconds duration) {
    digit(which, duration);
}

void call_channel::on_media_timeout() {
    hangup(hangup_cause::media_timeout, "no media came for the media timeout");
}

}  // namespace strowger
