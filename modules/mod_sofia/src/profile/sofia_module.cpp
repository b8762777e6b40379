#include "sofia_module.hpp"

#include "commands.hpp"
#include "sofia_library.hpp"

#include "transport/tls_context.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {
namespace {

// A warning only: the rest of the PBX runs without, and a reload keeps the certificates it has.
void check_certificates(const profile_settings& of, problems& found) {
    if (!of.transport.tls.enabled || !of.problem.empty()) return;
    auto made = load_tls(of.transport.tls);
    if (!made.server)
        found.push_back(
            {severity::warning, of.where,
             cat("profile ", of.name, " cannot listen for TLS with this: ", made.server_problem)});
    if (!made.client)
        found.push_back(
            {severity::warning, of.where,
             cat("profile ", of.name, " cannot call over TLS with this: ", made.client_problem)});
}

}  // namespace

sofia_module::sofia_module(context& core) : core_(core), service_(core) { own_thread_key(); }

void sofia_module::check(const config_snapshot& from, problems& found) {
    auto settings = read_settings(from, found);
    for (const auto& each : settings.profiles) check_certificates(each, found);
}

result<void> sofia_module::start() {
    problems told_already;  // by check()
    auto settings = read_settings(*core_.config().current(), told_already);
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
