#include "log/problems.hpp"

namespace strowger {

void write_problems(const logger& log, const problems& found) {
    for (const auto& each : found) {
        auto level = each.level == severity::error     ? log_level::error
                     : each.level == severity::warning ? log_level::warning
                                                       : log_level::notice;
        auto where = each.where.text();
        log.write(level, where, where.empty() ? "" : ": ", each.text);
    }
}

}  // namespace strowger
