#include "runtime/stacks.hpp"

#include "runtime/symbols.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>

namespace strowger {

namespace {

constexpr int most_frames = 64;
void* frames_taken[most_frames];
std::atomic<::pid_t> wanted{0};  // who is asked; the one that answers sets it to 0
std::atomic<int> taken{0};

// backtrace() was called once before, so that it loads nothing here.
void take(int) {
    int kept = errno;
    auto me = static_cast<::pid_t>(::syscall(SYS_gettid));
    // One that was given up does not answer the next one's question.
    if (wanted.compare_exchange_strong(me, 0))
        taken.store(::backtrace(frames_taken, most_frames), std::memory_order_release);
    errno = kept;
}

}  // namespace

void prepare_stacks() {
    static const bool once = [] {
        void* warm[1];
        ::backtrace(warm, 1);
        struct sigaction action {};
        action.sa_handler = take;
        action.sa_flags = SA_RESTART;
        return ::sigaction(SIGURG, &action, nullptr) == 0;
    }();
    static_cast<void>(once);
}

stack stack_of(::pid_t thread, std::chrono::milliseconds patience) {
    static std::mutex one_at_a_time;
    std::scoped_lock guard(one_at_a_time);
    taken.store(0);
    wanted.store(thread);
    if (::syscall(SYS_tgkill, ::getpid(), thread, SIGURG) != 0) return {};
    auto deadline = std::chrono::steady_clock::now() + patience;
    while (taken.load(std::memory_order_acquire) == 0 &&
           std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    auto asked = thread;
    // Still ours to take back: it has not begun to answer. Else it is writing now.
    if (taken.load(std::memory_order_acquire) == 0 && wanted.compare_exchange_strong(asked, 0))
        return {};
    while (taken.load(std::memory_order_acquire) == 0) std::this_thread::yield();
    // The first two are the signal's own.
    stack frames;
    for (int i = 2; i < taken.load(); ++i) frames.push_back(frames_taken[i]);
    return frames;
}

std::vector<std::string> describe(const stack& frames) {
    std::vector<std::string> lines;
    symbols names;
    // The first is where the thread was, the others are where it will return to.
    for (std::size_t i = 0; i < frames.size(); ++i)
        lines.push_back(
            names.line(frames[i], i == 0 ? symbols::place::exact : symbols::place::caller));
    return lines;
}

std::string file_of(const void* address) {
    ::Dl_info about{};
    if (::dladdr(address, &about) == 0 || about.dli_fname == nullptr) return {};
    return about.dli_fname;
}

// The folder and the number are the loader's.
std::string module_of_copy(std::string_view file) {
    auto name_at = file.rfind('/');
    if (name_at == file.npos || !file.ends_with(".so")) return {};
    auto folder = file.substr(0, name_at);
    folder.remove_prefix(folder.rfind('/') + 1);
    auto name = file.substr(name_at + 1);
    auto number_at = name.rfind('-');
    if (!folder.starts_with("modules-") || number_at == name.npos) return {};
    return std::string(name.substr(0, number_at));
}

bool waits_for_events(const stack& frames) {
    ::Dl_info about{};
    return !frames.empty() && ::dladdr(frames.front(), &about) != 0 && about.dli_sname != nullptr &&
           std::string_view(about.dli_sname).starts_with("epoll_");
}

std::string module_in(const stack& frames) {
    for (const auto* each : frames)
        if (auto name = module_of_copy(file_of(each)); !name.empty()) return name;
    return {};
}

}  // namespace strowger
