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
#include <thread>
#include <utility>
#include <vector>

namespace strowger {

namespace {

constexpr std::size_t most_stack = std::size_t{256} << 10;  // of which is looked at

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

// The parts of this process's map that `wanted` takes, by their rights ("r-xp") and the whole line.
template <class Wanted>
std::vector<address_range> mapped_parts(Wanted wanted) {
    std::vector<address_range> found;
    std::ifstream map("/proc/self/maps");
    std::string line;
    while (std::getline(map, line)) {
        address_range part;
        char rights[5] = "";
        if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &part.from, &part.to,
                        rights) == 3 &&
            wanted(part, rights, line))
            found.push_back(part);
    }
    return found;
}

std::vector<address_range> code_of(const std::string& file) {
    return mapped_parts([&](const address_range&, const char* rights, const std::string& line) {
        return rights[2] == 'x' && line.find(file) != line.npos;
    });
}

// How much lies between here and the end of the mapping that holds it, up to a limit.
std::size_t room_above(std::uintptr_t where, std::size_t most) {
    auto around = mapped_parts([&](const address_range& part, const char*, const std::string&) {
        return part.holds(where);
    });
    return around.empty() ? 0 : std::min<std::size_t>(most, around.front().to - where);
}

// What the kernel says of a thread in a system call: its number, arguments, stack pointer, place.
// "running" for one that runs, or would if there were a processor for it; nothing when it has
// ended.
std::string place_of(::pid_t thread) {
    std::string words;
    for (int i = 0; i < 20; ++i) {
        std::ifstream file(cat("/proc/self/task/", thread, "/syscall"));
        if (!std::getline(file, words)) return {};
        if (words != "running") break;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return words;
}

// Any word on its stack that could be a return address into that code counts. One that runs all the
// time is as good as inside.
bool stack_mentions(::pid_t thread, const std::vector<address_range>& code) {
    auto words = place_of(thread);
    if (words.empty()) return threads_of_this_process().count(thread) != 0;
    if (words == "running") return true;
    std::string word, last, before_last;
    std::istringstream each(words);
    while (each >> word) before_last = std::exchange(last, word);
    std::uintptr_t top = std::strtoull(before_last.c_str(), nullptr, 16);
    auto size = room_above(top, most_stack) / sizeof(std::uintptr_t) * sizeof(std::uintptr_t);
    std::vector<std::uintptr_t> stack(size / sizeof(std::uintptr_t));
    // The kernel copies, and does not crash when the thread ends meanwhile.
    ::iovec to{stack.data(), size}, from{reinterpret_cast<void*>(top), size};
    auto got = ::process_vm_readv(::getpid(), &to, 1, &from, 1, 0);
    if (size == 0 || got != static_cast<::ssize_t>(size)) return true;
    return std::any_of(stack.begin(), stack.end(), [&](std::uintptr_t what) {
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
