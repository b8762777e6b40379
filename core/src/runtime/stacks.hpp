// The stack of another thread, taken by a signal that it receives; and what its addresses are
// called.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

using stack = std::vector<const void*>;  // return addresses, the innermost first

// Before the first stack_of(); any number of times.
void prepare_stacks();
// Of a thread of this process, by the kernel's number; empty when it did not answer in time. Any
// thread, one after the other. A system call that the thread waits in may end with EINTR.
stack stack_of(::pid_t thread, std::chrono::milliseconds patience = std::chrono::milliseconds(100));
// One line a frame.
std::vector<std::string> describe(const stack& frames);
// The file that the code at an address comes from, or empty.
std::string file_of(const void* address);
// The module whose private copy this file is ("…/modules-4711/mod_x-8.so"), or empty.
std::string module_of_copy(std::string_view file);
// Does it wait for events, and nothing else?
bool waits_for_events(const stack& frames);
// The innermost module in a stack, or empty.
std::string module_in(const stack& frames);

}  // namespace strowger
