#include "loader/threads.hpp"

#include "runtime/stacks.hpp"

#include <strowger/text.hpp>

#include <unistd.h>

#include <boost/filesystem/directory.hpp>

#include <algorithm>
#include <fstream>

namespace strowger {

namespace {

std::set<::pid_t> threads_of_this_process() {
    std::set<::pid_t> found;
    boost::system::error_code failed;
    namespace fs = boost::filesystem;
    for (fs::directory_iterator each("/proc/self/task", failed), end; !failed && each != end;
         each.increment(failed)) {
        ::pid_t thread = 0;
        if (parse_number(each->path().filename().string(), thread)) found.insert(thread);
    }
    return found;
}

std::string name_of(::pid_t thread) {
    std::ifstream file(cat("/proc/self/task/", thread, "/comm"));
    std::string name;
    std::getline(file, name);
    return name;
}

}  // namespace

known_threads::known_threads() : before_(threads_of_this_process()) { prepare_stacks(); }

std::string known_threads::inside(const std::string& copy) const {
    for (auto thread : threads_of_this_process()) {
        if (before_.count(thread) != 0 || thread == ::gettid()) continue;
        auto name = name_of(thread);
        auto frames = stack_of(thread);
        auto still_there = threads_of_this_process().count(thread) != 0;
        if (frames.empty() && still_there)
            return cat("a thread (", thread, " \"", name, "\") does not say whether it is inside");
        bool within = std::any_of(frames.begin(), frames.end(),
                                  [&](const void* each) { return file_of(each) == copy; });
        if (within)
            return cat("a thread that it started (", thread, " \"", name,
                       "\") still runs its code");
    }
    return {};
}

}  // namespace strowger
