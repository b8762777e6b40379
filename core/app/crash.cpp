#include "crash.hpp"

#include "runtime/running.hpp"

#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>

namespace strowger {

namespace {

void say(const char* text) noexcept {
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

const char* name_of(int number) noexcept {
    switch (number) {
        case SIGSEGV:
            return "SIGSEGV";
        case SIGBUS:
            return "SIGBUS";
        case SIGFPE:
            return "SIGFPE";
        case SIGILL:
            return "SIGILL";
        default:
            return "SIGABRT";
    }
}

// Under a sanitizer its own report is the better one, and this is not used. Only what may be called
// in a signal handler; backtrace() was called once before.
[[maybe_unused]] void last_words(int number) {
    const auto* activity = this_activity();
    const char* module = activity == nullptr ? nullptr : activity->what.load();
    say("\nstrowger: crashed with ");
    say(name_of(number));
    say(" on thread ");
    say(activity == nullptr ? "(not of the core)" : activity->thread);
    say(" while this ran: ");
    say(module == nullptr ? "core" : module);
    say("\n");
    void* frames[64];
    ::backtrace_symbols_fd(frames, ::backtrace(frames, 64), STDERR_FILENO);
    ::raise(number);  // SA_RESETHAND: ends the process, with a core dump where allowed
}

}  // namespace

void report_crashes() noexcept {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    void* warm[1];
    ::backtrace(warm, 1);
    // The control loop's own stack may be what overflowed.
    static char other_stack[64 * 1024];
    ::stack_t stack{};
    stack.ss_sp = other_stack;
    stack.ss_size = sizeof other_stack;
    ::sigaltstack(&stack, nullptr);
    struct sigaction action {};
    action.sa_handler = last_words;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER | SA_ONSTACK;
    for (int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
        ::sigaction(number, &action, nullptr);
#endif
}

}  // namespace strowger
