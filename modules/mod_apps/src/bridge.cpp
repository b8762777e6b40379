// bridge: calls somebody and ties both calls together.
#include "answering.hpp"
#include "apps.hpp"

#include <strowger/text.hpp>

namespace strowger::apps {
namespace {

// Is `cause` one with which the dialplan goes on? FreeSWITCH: nobody answering always is; the
// others as the variable continue_on_fail says: true, or causes by name or number.
bool goes_on(channel& self, hangup_cause cause) {
    if (cause == hangup_cause::no_answer || cause == hangup_cause::no_user_response) return true;
    auto list = self.vars().get("continue_on_fail");
    if (is_true(list)) return true;
    while (!list.empty()) {
        auto comma = list.find(',');
        if (parse_hangup_cause(trim(list.substr(0, comma))) == cause) return true;
        list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
    }
    return false;
}

// Ends a leg that answered when its bridge never came about. One that was bridged has ended with
// the bridge, or was transferred and goes its own way, whatever becomes of the caller.
class answered_leg {
public:
    answered_leg(channel& caller, channel_ptr who) : caller_(caller), who_(std::move(who)) {}
    ~answered_leg() {
        bool bridged = who_->vars().get("bridge_uuid") == caller_.id();
        if (!bridged && who_->state() != channel_state::ended && !who_->peer())
            who_->hangup(hangup_cause::originator_cancel, {});
    }
    answered_leg(const answered_leg&) = delete;
    answered_leg& operator=(const answered_leg&) = delete;
    const channel_ptr& who() const { return who_; }

private:
    channel& caller_;
    channel_ptr who_;
};

task<> run_bridge(context* in, channel* self, std::string data) {
    originate_options options;
    options.parent = in->calls().find(self->id());
    auto calling = in->calls().originate(std::move(data), std::move(options));
    auto got = co_await std::move(calling);
    if (!got) {
        auto cause = got.error().cause;
        if (!goes_on(*self, cause)) self->hangup(cause, got.error().text);
        co_return;
    }
    answered_leg other(*self, std::move(*got));
    if (!done(*self, in->log(), "answer", self->answer())) co_return;
    auto together = self->bridge(other.who());
    auto cause = co_await std::move(together);
    if (other.who()->state() == channel_state::ended &&
        is_true(self->vars().get("hangup_after_bridge")))
        self->hangup(cause, {});
}

}  // namespace

application make_bridge(context& in) {
    application out;
    out.name = "bridge";
    out.syntax = "<dial string>";
    out.help = "Calls a dial string and connects the call with the first that answers.";
    out.run = [&in](channel& self, std::string data) {
        return run_bridge(&in, &self, std::move(data));
    };
    return out;
}

}  // namespace strowger::apps
