// The stack of a thread that crashed, taken in its signal handler.
#pragma once

namespace strowger {

inline constexpr int most_crash_frames = 64;

// Before the first crash: loads what is needed.
void prepare_crash_stack() noexcept;

// Adds to `frames`: first where the thread was, then where it would have returned to. `context` is
// the signal handler's. A broken stack may crash this too: what is in `frames` by then is good.
void take_crash_stack(void* context, void* (&frames)[most_crash_frames], int& count) noexcept;

}  // namespace strowger
