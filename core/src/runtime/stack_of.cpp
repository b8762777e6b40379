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

// "…/modules-4711/mod_x-8.so(+0x1234) [0x7f…]": the folder and the number are the loader's.
std::string module_in(const std::vector<std::string>& stack) {
    for (const auto& line : stack) {
        auto file = std::string_view(line).substr(0, line.find('('));
        auto name_at = file.rfind('/');
        if (name_at == file.npos || !file.ends_with(".so")) continue;
        auto folder = file.substr(0, name_at);
        folder.remove_prefix(folder.rfind('/') + 1);
        auto name = file.substr(name_at + 1);
        auto number_at = name.rfind('-');
        if (folder.starts_with("modules-") && number_at != name.npos)
            return std::string(name.substr(0, number_at));
    }
    return {};
}

}  // namespace strowger
