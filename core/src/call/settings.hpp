// What switch.conf.xml says about calls.
#pragma once

#include <strowger/config.hpp>

#include <chrono>
#include <cstddef>

namespace strowger {

struct call_settings {
    std::size_t max_sessions = 1000;              // channels at once
    std::chrono::seconds max_call{24 * 60 * 60};  // a safety net: 0 switches it off
    bool log_dtmf = false;
};

// Values out of range keep the default: switch.conf's owner reports them when it checks the file.
call_settings read_call_settings(const config_snapshot* config);

}  // namespace strowger
