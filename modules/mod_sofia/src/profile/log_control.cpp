#include "log_control.hpp"

#include <algorithm>

namespace strowger::sofia {

namespace {

log_level level_of(const logger& log) {
    auto level = log_level::debug;
    while (level > log_level::alert && !log.wants(level))
        level = static_cast<log_level>(static_cast<int>(level) - 1);
    return level;
}

}  // namespace

log_control::log_control(context& core, int level)
    : log_(core.log()), configured_(level_of(log_)), level_(level) {
    apply();
    // The core, which listens since before modules are loaded, has just set what is configured.
    reloads_ = core.config().on_reload([this](const config_ptr&) {
        configured_ = level_of(log_);
        apply();
    });
}

void log_control::set(int level) {
    level_ = level;
    apply();
}

void log_control::apply() {
    auto wanted = level_ >= 5 ? log_level::debug : level_ > 0 ? log_level::info : configured_;
    log_.set_level(std::max(wanted, configured_));
}

}  // namespace strowger::sofia
