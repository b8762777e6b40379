#include "crash.hpp"

#include "crash_report.hpp"
#include "crash_stack.hpp"
#include "crash_text.hpp"

#include "runtime/running.hpp"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>

namespace strowger {

namespace {

constexpr int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr unsigned longest_report = 5;  // seconds

char folder[PATH_MAX];  // of report files

// From here on only what may be called in a signal handler: no memory is allocated, no lock taken.

// What the one crash that is reported is made of. Not on the stack, which may be at its end.
struct last_state {
    std::atomic<::pid_t> thread{0};  // that crashed first
    std::atomic<bool> unwinding{false};
    int number = 0;
    lines said;
    digits numbers[4], addresses[most_crash_frames];
    const char* words[crash_words + most_crash_frames + 3];  // the second process's command line
    void* frames[most_crash_frames];
    int frame_count = 0;
} last;

[[noreturn]] void end_by(int number) noexcept {
    ::signal(number, SIG_DFL);
    ::raise(number);  // with a core dump where allowed
    ::_exit(128 + number);
}

void say_and_write_down(int number, const ::siginfo_t& about) noexcept {
    const auto* activity = this_activity();
    const char* module = activity == nullptr ? nullptr : activity->what.load();
    const char* thread = activity == nullptr ? "(not of the core)" : activity->thread;
    last.said << "\nstrowger: crashed with SIG" << ::sigabbrev_np(number) << " on thread " << thread
              << " while this ran: " << (module == nullptr ? "core" : module) << "\n";
    last.said.write();
    auto* numbers = last.numbers;
    const char** word = last.words;
    *word++ = "strowger";
    *word++ = crash_option;
    *word++ = numbers[0].decimal(number);
    *word++ = numbers[1].decimal(about.si_code);
    // A signal of the kernel's is about an address; else somebody sent it.
    *word++ = about.si_code > 0 ? numbers[2].hex(about.si_addr) : numbers[2].decimal(about.si_pid);
    *word++ = numbers[3].decimal(::getpid());
    *word++ = thread;
    *word++ = module == nullptr ? "" : module;
    *word++ = folder;
}

// The second process reads the map of this one, which it could not always open itself.
::pid_t start_second() noexcept {
    ::close(STDIN_FILENO);  // frees a descriptor when none is left
    int maps = ::open("/proc/self/maps", O_RDONLY);
    if (maps < 0) return -1;
    auto child = ::_Fork();  // fork() would take the allocator's locks, which this thread may hold
    if (child != 0) return child;
    ::sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (maps != STDIN_FILENO) ::dup2(maps, STDIN_FILENO);
    ::close_range(3, ~0U, 0);  // ports and connections end with this process, not with that one
    ::execve("/proc/self/exe", const_cast<char**>(last.words), ::environ);
    ::_exit(127);
}

bool has_explained(::pid_t child) noexcept {
    ::timespec now{}, pause{0, 10'000'000};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    int status = 0;
    for (auto end = now.tv_sec + longest_report; now.tv_sec < end;) {
        auto ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (ended < 0 && errno != EINTR) return false;
        ::nanosleep(&pause, nullptr);
        ::clock_gettime(CLOCK_MONOTONIC, &now);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return false;
}

[[noreturn]] void explain_and_end() noexcept {
    for (int i = 0; i < last.frame_count; ++i) {
        const char* address = last.words[crash_words + 2 + i] =
            last.addresses[i].hex(last.frames[i]);
        last.said << "    " << address << "\n";
    }
    last.said.write();
    if (auto child = start_second(); child < 0 || !has_explained(child)) {
        say("strowger: there is no report; the stack once more:\n");
        ::alarm(longest_report);  // the next may wait for a lock
        ::backtrace_symbols_fd(last.frames, last.frame_count, STDERR_FILENO);
    }
    end_by(last.number);
}

// Under a sanitizer its own report is the better one, and this is not used.
[[maybe_unused]] void last_words(int number, ::siginfo_t* about, void* context) {
    ::pid_t first = 0;
    if (!last.thread.compare_exchange_strong(first, ::gettid())) {
        if (first != ::gettid())
            for (;;) ::pause();  // another thread's crash is being reported, and ends us too
        // In here: a broken stack crashes who walks it. Anything else is not ours to repair.
        if (last.unwinding.exchange(false)) explain_and_end();
        end_by(number);
    }
    last.number = number;
    say_and_write_down(number, *about);
    last.unwinding.store(true);
    take_crash_stack(context, last.frames, last.frame_count);
    last.unwinding.store(false);
    explain_and_end();
}

}  // namespace

void report_crashes() noexcept {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    prepare_crash_stack();
    // The control loop's own stack may be what overflowed.
    static char other_stack[64 * 1024];
    ::stack_t stack{};
    stack.ss_sp = other_stack;
    stack.ss_size = sizeof other_stack;
    ::sigaltstack(&stack, nullptr);
    struct sigaction action {};
    action.sa_sigaction = last_words;
    // The watchdog's signal would have it walk a stack that cannot be walked.
    ::sigfillset(&action.sa_mask);
    for (int number : fatal) ::sigdelset(&action.sa_mask, number);
    ::sigdelset(&action.sa_mask, SIGALRM);
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    for (int number : fatal) ::sigaction(number, &action, nullptr);
#endif
}

void crash_reports_go_to(const std::string& where) noexcept {
    if (where.size() < sizeof folder) std::memcpy(folder, where.c_str(), where.size() + 1);
}

}  // namespace strowger
