// The report of a crash: written by a second process of this program, because the one that crashed
// can do next to nothing any more.
#pragma once

#include <string>
#include <string_view>

namespace strowger {

// The first word of the second process's command line; no option for people. After it: the signal's
// number, its code, the address it is about (or who sent it), the process, the thread, the module
// that ran (or ""), the folder for report files (or ""), then the stack's addresses, the innermost
// first. The map of the dead process comes on standard input.
inline constexpr const char* crash_option = "-explain-crash";
inline constexpr int crash_words = 7;  // before the stack

// Writes the report to standard error and to crash-YYYYmmdd-HHMMSS-PID.txt in the folder. Returns
// the exit status. `words` are those after the option.
int explain_crash(int count, char** words);

// The newest report in `log_dir` that came after the last start with this `run_dir` (its pid file
// says when that was, and is gone after an orderly end); or empty. Before our pid file is written.
std::string unread_crash_report(const std::string& log_dir, const std::string& run_dir);

}  // namespace strowger
