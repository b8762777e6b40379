// ${…} with a channel, a set of variables, the globals and the reading commands behind it.
// Control loop only.
#pragma once

#include <strowger/bus.hpp>
#include <strowger/channel.hpp>
#include <strowger/config.hpp>
#include <strowger/log.hpp>
#include <strowger/registry.hpp>

#include <set>
#include <string>
#include <string_view>

namespace strowger {

class expander {
public:
    // All outlive it.
    expander(registry& names, configuration& config, logger& log)
        : names_(names), config_(config), log_(log) {}

    // `over` is looked at first, then the channel, then the globals. Both may be nullptr.
    std::string expand(std::string_view text, channel* on, const variables* over);
    // Only a command that reads, and needs no wait, runs; anything else gives an empty text.
    std::string command(std::string_view name, std::string args, channel* on);
    std::optional<std::string> global(std::string_view name) const;
    bool first_time(std::string_view what);

private:
    registry& names_;
    configuration& config_;
    logger& log_;
    std::set<std::string, std::less<>> said_;  // bounded
    int depth_ = 0;                            // of commands that run now
};

}  // namespace strowger
