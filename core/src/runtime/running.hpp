// What runs now on each of the core's threads, for the watchdog and the crash report.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace strowger {

// Written by its own thread, read by the watchdog and by signal handlers. `what` is a name that is
// never freed (see lasting_name).
struct thread_activity {
    const char* thread = "";
    std::atomic<const char*> what{nullptr};  // the module, nullptr: the core
    std::atomic<std::uint64_t> turns{0};     // handlers begun
};

// This thread's, or nullptr for threads that are not the core's.
thread_activity* this_activity() noexcept;
void set_this_activity(thread_activity* which) noexcept;

// A copy of `name` that lives as long as the process; the same name gives the same pointer.
const char* lasting_name(std::string_view name);

// Says "module `what` runs" for as long as it lives.
class running_scope {
public:
    explicit running_scope(const char* what) noexcept : where_(this_activity()) {
        if (where_ == nullptr) return;
        before_ = where_->what.load(std::memory_order_relaxed);
        where_->what.store(what, std::memory_order_relaxed);
        auto turns = where_->turns.load(std::memory_order_relaxed);
        where_->turns.store(turns + 1, std::memory_order_relaxed);
    }
    ~running_scope() {
        if (where_ != nullptr) where_->what.store(before_, std::memory_order_relaxed);
    }
    running_scope(const running_scope&) = delete;
    running_scope& operator=(const running_scope&) = delete;

private:
    thread_activity* where_;
    const char* before_ = nullptr;
};

}  // namespace strowger
