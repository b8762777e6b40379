// Which log level a module has, from the configuration: switch.conf's loglevel for all, and
// logfile.conf's mappings for one (<map name="mod_sofia" value="debug"/>).
#pragma once

#include <strowger/config.hpp>
#include <strowger/log.hpp>

#include <optional>
#include <string_view>

namespace strowger {

// FreeSWITCH's words ("console", "alert", "crit", "err", "warning", "notice", "info", "debug"), our
// own, or 0 to 7.
std::optional<log_level> parse_log_level(std::string_view word) noexcept;

// `otherwise` where the configuration says nothing that can be read.
log_level level_of(const config_snapshot& config, std::string_view module, log_level otherwise);

}  // namespace strowger
