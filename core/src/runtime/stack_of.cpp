#include "runtime/stack_of.hpp"

#include <execinfo.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace strowger {

namespace {

constexpr int most_frames = 40;
void* frames[most_frames];
std::atomic<int> taken{0};

// backtrace() was called once before, so that it loads nothing here.
void take(int) {
    int kept = errno;
    taken.store(::backtrace(frames, most_frames), std::memory_order_release);
    errno = kept;
}

}  // namespace

void prepare_stack_of() {
    void* warm[1];
    ::backtrace(warm, 1);
    struct sigaction action {};
    action.sa_handler = take;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGURG, &action, nullptr);
}

std::vector<std::string> stack_of(pthread_t thread) {
    taken.store(0);
    std::vector<std::string> lines;
    if (::pthread_kill(thread, SIGURG) != 0) return lines;
    for (int i = 0; i < 100 && taken.load(std::memory_order_acquire) == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    int count = taken.load(std::memory_order_acquire);
    if (count == 0) return lines;
    if (char** words = ::backtrace_symbols(frames, count)) {
        // The first two are the signal's own.
        for (int i = 2; i < count; ++i) lines.emplace_back(words[i]);
        std::free(words);
    }
    return lines;
}

}  // namespace strowger
