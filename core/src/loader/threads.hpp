// Threads that a module started and did not end: its code cannot be unmapped under them.
#pragma once

#include <sys/types.h>

#include <set>
#include <string>

namespace strowger {

class known_threads {
public:
    // Those that run now are not the module's that is about to be mapped.
    known_threads();
    // Is any other inside the code of this private copy? In words, or empty: none is. One that does
    // not say where it is, as all its signals are blocked, is judged by what lies on its stack.
    // Control loop; takes a moment for each such thread.
    std::string inside(const std::string& copy) const;

private:
    std::set<::pid_t> before_;
};

}  // namespace strowger
