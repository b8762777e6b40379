// The stack of another thread, taken by a signal that it receives.
#pragma once

#include <pthread.h>

#include <string>
#include <vector>

namespace strowger {

// Before the first stack_of(); once per process.
void prepare_stack_of();
// One line a frame, or nothing when the thread did not answer within 100 ms. One caller at a time.
std::vector<std::string> stack_of(pthread_t thread);
// The innermost module in such a stack, known by its private copy's name; empty: none.
std::string module_in(const std::vector<std::string>& stack);

}  // namespace strowger
