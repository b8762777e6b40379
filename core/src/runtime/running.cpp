#include "runtime/running.hpp"

#include <signal.h>
#include <sys/mman.h>

#include <mutex>
#include <set>
#include <string>

namespace strowger {

namespace {

// Initial-exec: libstrowger is linked at start, so this is one instruction away, also in a signal
// handler.
[[gnu::tls_model("initial-exec")]] thread_local constinit thread_activity* current = nullptr;

// The handler of a crash needs a stack of its own, where the thread's has overflowed. Its pages are
// taken when they are used, and stay when the thread has ended: the core's threads are few.
void give_other_stack() noexcept {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    constexpr std::size_t size = 64 * 1024;
    ::stack_t now{};
    if (::sigaltstack(nullptr, &now) != 0 || (now.ss_flags & SS_DISABLE) == 0) return;
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return;
    ::stack_t mine{};
    mine.ss_sp = memory;
    mine.ss_size = size;
    ::sigaltstack(&mine, nullptr);
#endif
}

}  // namespace

thread_activity* this_activity() noexcept { return current; }

void set_this_activity(thread_activity* which) noexcept {
    current = which;
    if (which != nullptr) give_other_stack();
}

const char* lasting_name(std::string_view name) {
    static std::mutex lock;
    static auto& names = *new std::set<std::string, std::less<>>;  // outlives every thread
    std::scoped_lock guard(lock);
    auto found = names.find(name);
    if (found == names.end()) found = names.emplace(name).first;
    return found->c_str();
}

}  // namespace strowger
