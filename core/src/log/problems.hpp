// Problems of the configuration as log records, each at the level of its severity.
#pragma once

#include <strowger/config.hpp>
#include <strowger/log.hpp>

namespace strowger {

void write_problems(const logger& log, const problems& found);

}  // namespace strowger
