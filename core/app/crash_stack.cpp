#include "crash_stack.hpp"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstddef>

namespace strowger {

namespace {

// Where the thread was, and its stack's top: they can be set, for backtrace() to start elsewhere.
struct registers {
    explicit registers(void* context) noexcept {
#if defined(__x86_64__)
        auto& all = static_cast<::ucontext_t*>(context)->uc_mcontext.gregs;
        instruction = &all[REG_RIP];
        top = &all[REG_RSP];
#else
        static_cast<void>(context);
#endif
    }
    long long* instruction = nullptr;
    long long* top = nullptr;
};

bool is_code(void* address) noexcept {
    ::dl_find_object found{};
    return ::_dl_find_object(address, &found) == 0;
}

// The kernel looks, and does not crash.
bool is_readable(const void* address, std::size_t size) noexcept {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return true;
    auto written = ::write(ends[1], address, size);
    ::close(ends[0]);
    ::close(ends[1]);
    return written == static_cast<::ssize_t>(size);
}

// Follows `last`, which backtrace() finds below this handler's own frames.
void add_callers(void* last, void* (&frames)[most_crash_frames], int& count) noexcept {
    void* all[most_crash_frames];
    int taken = ::backtrace(all, most_crash_frames), from = 0;
    while (from < taken && last != nullptr && all[from] != last) ++from;
    for (int i = from + 1; i < taken && count < most_crash_frames; ++i) frames[count++] = all[i];
}

}  // namespace

void prepare_crash_stack() noexcept {
    void* warm[1];
    ::backtrace(warm, 1);
}

void take_crash_stack(void* context, void* (&frames)[most_crash_frames], int& count) noexcept {
    registers at(context);
    if (at.instruction == nullptr) return add_callers(nullptr, frames, count);
    auto* where = reinterpret_cast<void*>(*at.instruction);
    frames[count++] = where;
    if (is_code(where)) return add_callers(where, frames, count);
    // It jumped to where no code is, as into a module that was unmapped. backtrace() would crash:
    // let it start as if the call had returned.
    auto** top = reinterpret_cast<void**>(*at.top);
    if (!is_readable(top, sizeof *top) || !is_code(*top)) return;
    auto* caller = *top;
    frames[count++] = caller;
    *at.instruction = reinterpret_cast<long long>(caller);
    *at.top += static_cast<long long>(sizeof caller);
    add_callers(caller, frames, count);
    *at.instruction = reinterpret_cast<long long>(where);  // a core dump shows what happened
    *at.top -= static_cast<long long>(sizeof caller);
}

}  // namespace strowger
