#include "loader/threads.hpp"

#include "runtime/stacks.hpp"

#include <strowger/text.hpp>

#include <sys/uio.h>
#include <unistd.h>

#include <boost/filesystem/directory.hpp>

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

namespace strowger {

namespace {

constexpr std::size_t page = 4096, most_stack = 64 * page;

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

struct address_range {
    std::uintptr_t from = 0, to = 0;
    bool holds(std::uintptr_t where) const noexcept { return where >= from && where < to; }
};

std::vector<address_range> code_of(const std::string& file) {
    std::vector<address_range> found;
    std::ifstream map("/proc/self/maps");
    std::string line;
    while (std::getline(map, line)) {
        address_range part;
        char rights[5] = "";
        if (line.find(file) != line.npos &&
            std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &part.from, &part.to,
                        rights) == 3 &&
            rights[2] == 'x')
            found.push_back(part);
    }
    return found;
}

// The kernel says where its stack ends, unless it runs just now: then it is as good as inside. Any
// word on it that could be a return address into that code counts.
bool stack_mentions(::pid_t thread, const std::vector<address_range>& code) {
    std::ifstream file(cat("/proc/self/task/", thread, "/syscall"));
    std::string words, word, last, before_last;
    if (!std::getline(file, words)) return threads_of_this_process().count(thread) != 0;
    if (words.starts_with("running")) return true;
    std::istringstream each(words);
    while (each >> word) before_last = std::exchange(last, word);
    auto top = std::strtoull(before_last.c_str(), nullptr, 16);
    std::vector<std::uintptr_t> stack(most_stack / sizeof(std::uintptr_t));
    std::size_t have = 0;
    for (; have < most_stack; have += page) {  // the kernel copies, and does not crash at its end
        ::iovec to{reinterpret_cast<char*>(stack.data()) + have, page};
        ::iovec from{reinterpret_cast<void*>(top + have), page};
        if (::process_vm_readv(::getpid(), &to, 1, &from, 1, 0) != static_cast<::ssize_t>(page))
            break;
    }
    stack.resize(have / sizeof(std::uintptr_t));
    return have == 0 || std::any_of(stack.begin(), stack.end(), [&](std::uintptr_t what) {
               return std::any_of(code.begin(), code.end(),
                                  [&](const auto& part) { return part.holds(what); });
           });
}

}  // namespace

known_threads::known_threads() : before_(threads_of_this_process()) { prepare_stacks(); }

std::string known_threads::inside(const std::string& copy) const {
    auto now = threads_of_this_process();
    for (auto thread : now) {
        if (before_.count(thread) != 0 || thread == ::gettid()) continue;
        auto frames = stack_of(thread, std::chrono::milliseconds(50));
        bool within = std::any_of(frames.begin(), frames.end(),
                                  [&](const void* each) { return file_of(each) == copy; });
        if (frames.empty()) within = stack_mentions(thread, code_of(copy));
        if (within)
            return cat("a thread that it started (", thread, " \"", name_of(thread),
                       "\") still runs its code");
    }
    return {};
}

}  // namespace strowger
