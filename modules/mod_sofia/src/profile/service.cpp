#include "service.hpp"

#include <strowger/text.hpp>

#include <set>

namespace strowger::sofia {

void service::start(sofia_settings settings) {
    load_.start(core_.clock());
    for (auto& each : settings.profiles) {
        auto made = std::make_unique<profile>(core_, std::move(each), load_);
        made->start();
        profiles_.push_back(std::move(made));
    }
}

void service::stop() {
    load_.stop();
    for (auto& each : profiles_) each->stop();
}

void service::reload() {
    problems found;
    auto settings = read_settings(*core_.config().current(), found);
    for (const auto& each : found)
        if (each.level == severity::error) core_.log().error(to_string(each));
    std::set<std::string> names;
    for (auto& now : settings.profiles) {
        names.insert(now.name);
        auto* running = find(now.name);
        if (running && running->settings().name == now.name) {
            // A broken file leaves what runs alone.
            if (running->running() && !now.problem.empty()) continue;
            running->reload(std::move(now));
            continue;
        }
        auto made = std::make_unique<profile>(core_, std::move(now), load_);
        made->start();
        profiles_.push_back(std::move(made));
    }
    for (const auto& each : profiles_)
        if (names.count(each->settings().name) == 0)
            core_.log().notice("profile ", each->settings().name,
                               " is gone from the configuration; it ends when mod_sofia is "
                               "reloaded");
}

profile* service::find(std::string_view name) const noexcept {
    for (const auto& each : profiles_)
        if (each->settings().name == name) return each.get();
    for (const auto& each : profiles_)
        if (each->named(name)) return each.get();
    return nullptr;
}

profile* service::with_gateway(std::string_view name) const noexcept {
    for (const auto& each : profiles_)
        if (auto* gateways = each->gateways_or_null(); gateways && gateways->find(name))
            return each.get();
    return nullptr;
}

std::vector<std::string> service::profile_names() const {
    std::vector<std::string> out;
    for (const auto& each : profiles_) out.push_back(each->settings().name);
    return out;
}

}  // namespace strowger::sofia
