#include "config/switch_check.hpp"

#include "log/levels.hpp"

#include <strowger/text.hpp>

namespace strowger {

namespace {

// The media's ports are text here: mod_rtp knows what they must be.
const std::vector<param_spec>& specs() {
    static const std::vector<param_spec> known{
        {.name = "loglevel"},
        {.name = "max-sessions", .type = param_type::integer, .least = 1, .most = 4294967295},
        {.name = "max-call-seconds", .type = param_type::integer, .most = 4294967295},
        {.name = "log-dtmf", .type = param_type::boolean},
        {.name = "rtp-start-port"},
        {.name = "rtp-end-port"},
    };
    return known;
}

// FreeSWITCH's, that are not built here or have no meaning here.
const std::vector<std::string_view>& known_elsewhere() {
    static const std::vector<std::string_view> known{
        "1ms-timer",
        "auto-clear-sql",
        "auto-create-schemas",
        "colorize-console",
        "core-db-dsn",
        "core-dbtype",
        "db-handle-timeout",
        "debug-level",
        "default-dtmf-duration",
        "dialplan-timestamps",
        "dump-cores",
        "enable-clock-nanosleep",
        "enable-early-hangup",
        "enable-monotonic-timing",
        "enable-use-system-time",
        "event-heartbeat-interval",
        "initial-event-threads",
        "mailer-app",
        "mailer-app-args",
        "max-audio-channels",
        "max-db-handles",
        "max-dtmf-duration",
        "min-dtmf-duration",
        "min-idle-cpu",
        "multiple-registrations",
        "odbc-dsn",
        "rtp-enable-zrtp",
        "rtp-port-usage-robustness",
        "sessions-per-second",
        "switchname",
        "threaded-system-exec",
        "timer-affinity",
        "tipping-point",
        "verbose-channel-events",
    };
    return known;
}

}  // namespace

void check_switch(const config_snapshot& tree, problems& found) {
    const auto* file = tree.file("switch.conf");
    const auto* settings = file ? file->child("settings") : nullptr;
    if (!settings) return;
    param_set params(*settings, specs(), found, known_elsewhere());
    if (auto word = params.text("loglevel"); !word.empty() && !parse_log_level(word))
        found.push_back({severity::error, params.where("loglevel"),
                         cat("loglevel is \"", word,
                             "\"; expected alert, crit, err, warning, notice, info or debug")});
}

}  // namespace strowger
