#include "answering.hpp"

#include "apps.hpp"

namespace strowger::apps {

task<> finished() { co_return; }

bool done(channel& self, logger& log, std::string_view what, const result<void>& outcome) {
    if (outcome) return true;
    if (self.state() == channel_state::ended) return false;
    const auto& why = outcome.error();
    log.warning(self.caller().chan_name, ": ", what, " failed: ", why.text);
    self.hangup(why.code == errc::incompatible ? hangup_cause::incompatible_destination
                                               : hangup_cause::normal_temporary_failure,
                why.text);
    return false;
}

namespace {

application simple(context& in, std::string name, std::string help,
                   result<void> (channel::*order)()) {
    application out;
    out.name = name;
    out.help = std::move(help);
    out.run = [&log = in.log(), name = std::move(name), order](channel& self, std::string) {
        done(self, log, name, (self.*order)());
        return finished();
    };
    return out;
}

}  // namespace

application make_answer(context& in) {
    return simple(in, "answer", "Answers the call.", &channel::answer);
}

application make_pre_answer(context& in) {
    return simple(in, "pre_answer", "Opens the media before the answer (183).",
                  &channel::pre_answer);
}

application make_ring_ready(context& in) {
    return simple(in, "ring_ready", "Tells the caller that it rings (180).", &channel::ring);
}

}  // namespace strowger::apps
