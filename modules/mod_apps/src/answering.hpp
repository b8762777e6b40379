// What several applications do to a channel that they need to hear or speak to.
#pragma once

#include <strowger/channel.hpp>
#include <strowger/log.hpp>

namespace strowger::apps {

// Carries out one of ring, pre_answer, answer. Where it fails, says so and hangs up: what follows
// in the dialplan counts on it. False then.
bool done(channel& self, logger& log, std::string_view what, const result<void>& outcome);

}  // namespace strowger::apps
