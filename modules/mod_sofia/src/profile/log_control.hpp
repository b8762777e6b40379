// `sofia loglevel`: how much mod_sofia logs, as FreeSWITCH counts it. There is one log for all of
// its components, and so one level. Control loop only.
#pragma once

#include <strowger/context.hpp>

namespace strowger::sofia {

class log_control {
public:
    // `level`: log-level of sofia.conf.
    log_control(context& core, int level);
    log_control(const log_control&) = delete;
    log_control& operator=(const log_control&) = delete;

    // 0: what the log's own configuration says of this module. 1 to 4: at least info, 5 to 9:
    // debug. It stays when the configuration is read anew.
    void set(int level);
    int level() const noexcept { return level_; }

private:
    void apply();

    logger& log_;
    log_level configured_;
    int level_;
    token reloads_;
};

}  // namespace strowger::sofia
