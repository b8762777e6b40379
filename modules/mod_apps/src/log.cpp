// log: a line of the dialplan's own in the log.
#include "apps.hpp"
#include "words.hpp"

#include <strowger/mask.hpp>
#include <strowger/text.hpp>

namespace strowger::apps {
namespace {

std::pair<log_level, std::string_view> level_of(std::string_view data) {
    static constexpr std::pair<std::string_view, log_level> known[] = {
        {"ALERT", log_level::alert},       {"CRIT", log_level::critical},
        {"CRITICAL", log_level::critical}, {"ERR", log_level::error},
        {"ERROR", log_level::error},       {"WARNING", log_level::warning},
        {"NOTICE", log_level::notice},     {"INFO", log_level::info},
        {"DEBUG", log_level::debug},       {"CONSOLE", log_level::alert},
    };
    auto parts = words(data, 2);
    if (parts.size() == 2)
        for (const auto& [word, level] : known)
            if (iequals(parts[0], word)) return {level, parts[1]};
    return {log_level::debug, trim(data)};
}

}  // namespace

application make_log(context& in) {
    application out;
    out.name = "log";
    out.syntax = "[<level>] <text>";
    out.help = "Writes a line to the log (levels: ALERT CRIT ERR WARNING NOTICE INFO DEBUG).";
    out.inline_allowed = true;
    out.run = [&log = in.log()](channel& self, std::string data) {
        auto [level, text] = level_of(data);
        log.write(level, self.caller().chan_name, " ", printable(self.shown({}, text)));
        return finished();
    };
    return out;
}

}  // namespace strowger::apps
