#include "session.hpp"

namespace strowger::sofia {

invite_leg::~invite_leg() { session_->detach(); }

void invite_leg::attach(leg_events& events) { session_->attach(events); }
bool invite_leg::prepare() { return session_->prepare(); }
result<void> invite_leg::start(std::string sdp) { return session_->start(std::move(sdp)); }
result<void> invite_leg::ring() { return session_->ring(); }
result<void> invite_leg::progress(std::string sdp) { return session_->progress(std::move(sdp)); }
result<void> invite_leg::answer(std::string sdp) { return session_->answer(std::move(sdp)); }
result<void> invite_leg::reoffer(std::string sdp) { return session_->reoffer(std::move(sdp)); }
void invite_leg::hangup(hangup_cause cause, std::string_view text) {
    session_->hangup(cause, text);
}
leg_facts invite_leg::facts() const { return session_->facts(); }

}  // namespace strowger::sofia
