// Runs each file of a folder through a fuzz target: fuzz_replay NAME FOLDER. Without a folder that
// has files, or without such a target, it fails: an empty corpus tests nothing.
#include "target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace strowger::fuzz {
namespace {

// Made before main(), whatever the order of the files.
registered_target*& first_target() noexcept {
    static registered_target* first = nullptr;
    return first;
}

// Of exactly the file's size, on the heap: a sanitizer sees every byte too far.
std::vector<char> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    bytes.shrink_to_fit();
    return bytes;
}

int replay(const registered_target& target, const char* folder) {
    std::vector<std::filesystem::path> files;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(folder, problem))
        if (entry.is_regular_file()) files.push_back(entry.path());
    if (files.empty()) {
        std::fprintf(stderr, "%s has no files for the target %s\n", folder, target.name);
        return 1;
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        // Said before: after a crash the last line names the input.
        std::printf("%s\n", file.c_str());
        std::fflush(stdout);
        auto bytes = read_file(file);
        target.run({bytes.data(), bytes.size()});
    }
    target.run({});
    std::printf("%s: %zu inputs\n", target.name, files.size());
    return 0;
}

}  // namespace

registered_target::registered_target(const char* target_name, target_function target_run) noexcept
    : name(target_name), run(target_run), next(std::exchange(first_target(), this)) {}

}  // namespace strowger::fuzz

int main(int count, char** words) {
    using namespace strowger::fuzz;
    if (count != 3) {
        std::fprintf(stderr, "usage: fuzz_replay TARGET FOLDER\n");
        return 2;
    }
    for (const auto* each = first_target(); each; each = each->next)
        if (std::strcmp(each->name, words[1]) == 0) return replay(*each, words[2]);
    std::fprintf(stderr, "there is no fuzz target \"%s\"\n", words[1]);
    return 2;
}
