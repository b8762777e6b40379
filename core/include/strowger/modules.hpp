// Loading, unloading and listing modules: what `load`, `unload`, `reload` and `show modules` use.
#pragma once

#include <strowger/clock.hpp>
#include <strowger/error.hpp>
#include <strowger/task.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strowger {

// One generation of a module.
struct module_row {
    std::string name;
    std::string version;
    std::string tag;    // what it was built with
    std::string file;   // as the operator knows it
    std::string state;  // "running", "stopping: …", "quarantined: …"
    unsigned generation = 1;
    bool side_by_side = true;
    wall_time loaded;                        // when
    std::chrono::microseconds load_time{0};  // how long it took, until it had started
    std::uint64_t mapped_bytes = 0;          // of its code and data, in the address space
    // What holds it, by kind.
    std::int64_t leases = 0;              // uses of what it registered: calls, commands that run
    std::int64_t handlers = 0;            // handlers and operations that wait on an executor
    std::int64_t work = 0;                // coroutines and blocking work
    std::int64_t uses = 0;                // all of these
    std::vector<std::string> coroutines;  // the names of those that were spawned and run
    std::vector<std::string> needs;
    std::vector<std::string> needed_by;
    std::vector<std::pair<std::string, std::string>> registered;  // kind, name
};

class module_manager {
public:
    virtual ~module_manager();
    // By name ("mod_srtp"): its file is looked for in the module directory. By a file's absolute
    // path where modules.conf allows it (allow-absolute-paths).
    virtual task<result<void>> load(std::string name) = 0;
    // errc::busy says what still holds it. `force` ends all calls first. Waits up to `patience`.
    virtual task<result<void>> unload(std::string name, bool force,
                                      std::chrono::milliseconds patience) = 0;
    // From the file that it was loaded from. `patience` is how long an exclusive one is waited for;
    // one that runs side by side with its successor needs none.
    virtual task<result<void>> reload(std::string name, bool force,
                                      std::chrono::milliseconds patience) = 0;
    // Every generation that has not ended, in order of loading.
    virtual std::vector<module_row> list() const = 0;
    // Asks the program to end calls and modules in order and exit.
    virtual void shutdown() = 0;
};

}  // namespace strowger
