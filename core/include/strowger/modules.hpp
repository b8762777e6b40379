// Loading, unloading and listing modules: what `load`, `unload`, `reload` and `show modules` use.
#pragma once

#include <strowger/error.hpp>
#include <strowger/task.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strowger {

struct module_row {
    std::string name;
    std::string version;
    std::string file;
    std::string state;  // "running", "stopping", "quarantined: …"
    std::int64_t uses = 0;
    unsigned generation = 1;
    std::vector<std::string> needs;
    std::vector<std::pair<std::string, std::string>> registered;  // kind, name
};

class module_manager {
public:
    virtual ~module_manager();
    // By name ("mod_srtp"): its file is looked for in the module directory.
    virtual task<result<void>> load(std::string name) = 0;
    // errc::busy says what still holds it. `force` ends all calls first. Waits up to `patience`.
    virtual task<result<void>> unload(std::string name, bool force,
                                      std::chrono::milliseconds patience) = 0;
    virtual task<result<void>> reload(std::string name, bool force) = 0;
    virtual std::vector<module_row> list() const = 0;
    // Asks the program to end calls and modules in order and exit.
    virtual void shutdown() = 0;
};

}  // namespace strowger
