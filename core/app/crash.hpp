// The last words of a crash: which module ran, and the stack.
#pragma once

namespace strowger {

// For the whole process. Sanitizers have reports of their own: nothing is done then.
void report_crashes() noexcept;

}  // namespace strowger
