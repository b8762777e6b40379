#include "commands.hpp"

#include <strowger/modules.hpp>
#include <strowger/registration_store.hpp>
#include <strowger/text.hpp>
#include <strowger/version.hpp>

namespace strowger::commands {

namespace {

std::string duration_words(std::chrono::seconds span) {
    auto left = span.count();
    auto take = [&](long unit) {
        auto n = left / unit;
        left %= unit;
        return n;
    };
    auto years = take(31'536'000), days = take(86'400), hours = take(3600), minutes = take(60);
    return cat(years, " years, ", days, " days, ", hours, " hours, ", minutes, " minutes, ", left,
               " seconds");
}

}  // namespace

std::vector<command> status_commands(context& core) {
    auto started = core.clock().now();
    auto uptime = [&core, started] {
        return std::chrono::duration_cast<std::chrono::seconds>(core.clock().now() - started);
    };
    std::vector<command> made(3);
    made[0] = {
        .name = "status",
        .help = "Says how long the PBX has run and what it is doing.",
        .answer = [&core, uptime](const command_request&) -> command_reply {
            std::size_t registrations = 0;
            if (auto store = core.registry().find<registration_store>("registration_store/1"))
                registrations = store->size();
            auto& calls = core.calls();
            return {true, cat("UP ", duration_words(uptime()), "\nStrowger ", version(),
                              " is ready\n", calls.total(), " channel(s) since startup\n",
                              calls.size(), " channel(s) now\n", registrations,
                              " registration(s)\n", core.modules().list().size(), " module(s)")};
        }};
    made[1] = {.name = "version",
               .help = "Prints the version.",
               .answer = [](const command_request&) -> command_reply {
                   return {true, cat("Strowger ", version())};
               }};
    made[2] = {.name = "uptime",
               .help = "Prints the seconds since the start.",
               .answer = [uptime](const command_request&) -> command_reply {
                   return {true, cat(uptime().count())};
               }};
    return made;
}

}  // namespace strowger::commands
