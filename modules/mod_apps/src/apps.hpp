// The applications of mod_apps: one function a file, each gives its declaration. The context
// outlives what they give. Control loop only.
#pragma once

#include <strowger/application.hpp>
#include <strowger/context.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strowger::apps {

application make_answer(context& in);
application make_pre_answer(context& in);
application make_ring_ready(context& in);
application make_bridge(context& in);
application make_set(context& in);
application make_multiset(context& in);
application make_export(context& in);
application make_unset(context& in);
application make_log(context& in);
application make_sleep(context& in);
application make_echo(context& in);
application make_hangup(context& in);
application make_transfer(context& in);
application make_playback(context& in);
application make_read(context& in);

// For applications that have nothing to wait for: they work at once and return this.
task<> finished();

std::vector<application> all_applications(context& in);

}  // namespace strowger::apps
