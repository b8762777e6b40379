// The last words of a crash: which module ran, and the stack.
#pragma once

#include <string>

namespace strowger {

// For the whole process: a fatal signal writes a few lines to standard error, lets a second process
// of this program write the report (crash_report.hpp), and then ends the program as it would have
// done anyway. Sanitizers have reports of their own: nothing is done then.
void report_crashes() noexcept;

// Report files go to this folder from now on; before, there are none.
void crash_reports_go_to(const std::string& folder) noexcept;

}  // namespace strowger
