// An application: what a dialplan action runs on a channel ("answer", "bridge", …).
#pragma once

#include <strowger/task.hpp>

#include <functional>
#include <string>

namespace strowger {

class channel;

struct application {
    std::string name;
    std::string syntax = {};  // "<milliseconds>", for help
    std::string help = {};    // one sentence
    // May run while the dialplan is still hunting (inline="true"): must not wait.
    bool inline_allowed = false;
    // Runs on the control loop, in the channel's coroutine. `data` is expanded already. The channel
    // stays valid while it runs. A hangup cancels it: only unwind then. What it throws is logged
    // and ends the call with DESTINATION_OUT_OF_ORDER.
    std::function<task<>(channel& self, std::string data)> run = {};
};

}  // namespace strowger
