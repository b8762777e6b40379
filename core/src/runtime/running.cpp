#include "runtime/running.hpp"

#include <mutex>
#include <set>
#include <string>

namespace strowger {

namespace {

// Initial-exec: libstrowger is linked at start, so this is one instruction away, also in a signal
// handler.
[[gnu::tls_model("initial-exec")]] thread_local constinit thread_activity* current = nullptr;

}  // namespace

thread_activity* this_activity() noexcept { return current; }
void set_this_activity(thread_activity* which) noexcept { current = which; }

const char* lasting_name(std::string_view name) {
    static std::mutex lock;
    static auto& names = *new std::set<std::string, std::less<>>;  // outlives every thread
    std::scoped_lock guard(lock);
    auto found = names.find(name);
    if (found == names.end()) found = names.emplace(name).first;
    return found->c_str();
}

}  // namespace strowger
