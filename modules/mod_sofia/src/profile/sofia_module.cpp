#include "sofia_module.hpp"

#include "commands.hpp"
#include "sofia_library.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

sofia_module::sofia_module(context& core) : core_(core), service_(core) { own_thread_key(); }

void sofia_module::check(const config_snapshot& from, problems& found) {
    (void)read_settings(from, found);
}

result<void> sofia_module::start() {
    problems found;
    auto settings = read_settings(*core_.config().current(), found);
    for (const auto& each : found)
        core_.log().write(each.level == severity::error     ? log_level::error
                          : each.level == severity::warning ? log_level::warning
                                                            : log_level::debug,
                          to_string(each));
    auto offered = core_.registry().provide<endpoint>("endpoint/sofia", service_);
    if (!offered) return offered.error();
    tokens_.push_back(std::move(*offered));
    auto commands = add_commands(core_, service_, settings.log_level);
    if (!commands) return commands.error();
    for (auto& each : *commands) tokens_.push_back(std::move(each));
    // Profiles fail one by one: each is shown with its reason, the others run.
    service_.start(std::move(settings));
    tokens_.push_back(core_.config().on_reload([this](const config_ptr&) { service_.reload(); }));
    return {};
}

void sofia_module::stop() noexcept {
    tokens_.clear();
    service_.stop();
}

}  // namespace strowger::sofia
