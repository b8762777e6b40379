// A core in this process, with the shipped configuration and its own log file, as the program has.
#pragma once

#include <runtime/core.hpp>

#include <optional>
#include <string>

namespace bench {

// What one operation took, from the order to its answer; nothing when it was refused (the reason is
// on standard error).
using taken_ms = std::optional<double>;

class house {
public:
    // Modules come from `modules`; folders are below the system's temporary one, and go again.
    explicit house(const std::string& modules);
    ~house();
    house(const house&) = delete;
    house& operator=(const house&) = delete;

    taken_ms load(const std::string& module);
    taken_ms unload(const std::string& module);
    taken_ms reload(const std::string& module);
    // Until no generation is left that still ends.
    bool settle();

private:
    taken_ms timed(const char* what, const std::string& module,
                   strowger::task<strowger::result<void>> work);
    bool run_until(const std::function<bool()>& met);

    std::string base_;
    std::optional<strowger::core> pbx_;
};

// Resident memory of this process, in KiB. Throws std::runtime_error when /proc is not there.
long resident_kb();

}  // namespace bench
