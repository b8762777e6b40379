#include "log/problems.hpp"

namespace strowger {

void write_problems(const logger& log, const problems& found) {
    for (const auto& each : found) {
        auto level = each.level == severity::error     ? log_level::error
                     : each.level == severity::warning ? log_level::warning
                                                       : log_level::notice;
        log.write(level, each.where.text(), ": ", each.text);
    }
}

}  // namespace strowger
