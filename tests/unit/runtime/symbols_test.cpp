#include "runtime/symbols.hpp"

#include <strowger/text.hpp>

#include <gnu/libc-version.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

namespace strowger::testing {

// Not in the namespace without a name: what is there has no full name for debuggers.
constexpr int inlined_line = __LINE__ + 2;
[[gnu::always_inline]] inline const void* inlined(const void* (*call)(int)) {
    const void* here = call(1);
    asm volatile("" : : "r"(here) : "memory");  // no jump in place of the call
    return here;
}

namespace {

using place = symbols::place;

const void* address(std::uint64_t number) { return reinterpret_cast<const void*>(number); }

std::uint64_t number(const void* of) { return reinterpret_cast<std::uintptr_t>(of); }

template <class Function>
const void* code(Function* of) {
    return reinterpret_cast<const void*>(of);
}

// A process that is dead: only the text of its map is left.
std::unique_ptr<symbols> by_maps(std::string text) {
    if (!text.ends_with('\n')) text += '\n';
    std::unique_ptr<std::FILE, decltype(&std::fclose)> file(
        ::fmemopen(text.data(), text.size(), "r"), std::fclose);
    return std::make_unique<symbols>(file.get());
}

std::string own_maps(std::string_view file, std::uint64_t lower) {
    std::ifstream maps("/proc/self/maps");
    std::string line, text;
    while (std::getline(maps, line)) {
        unsigned long long from = 0, to = 0;
        int rest = 0;
        if (line.find(file) == line.npos ||
            std::sscanf(line.c_str(), "%llx-%llx%n", &from, &to, &rest) != 2)
            continue;
        std::ostringstream moved;
        moved << std::hex << from - lower << '-' << to - lower << line.substr(std::size_t(rest));
        text += moved.str() + "\n";
    }
    return text;
}

std::uint64_t start_of_program() {
    return std::stoull(own_maps(std::filesystem::read_symlink("/proc/self/exe").string(), 0),
                       nullptr, 16);
}

constexpr int own_line = __LINE__ + 1;
[[gnu::noinline]] const void* own_function(int) { return __builtin_return_address(0); }

constexpr int around_line = __LINE__ + 2;
[[gnu::noinline]] const void* around() {
    const void* here = inlined(own_function);
    asm volatile("" : : "r"(here) : "memory");
    return here;
}

constexpr std::string_view in_here = "unit_runtime  strowger::testing::(anonymous namespace)::";

TEST(symbols, a_function_that_nobody_else_sees_has_its_name_file_and_line) {
    EXPECT_EQ(symbols().line(code(&own_function), place::exact),
              cat(in_here, "own_function(int)  symbols_test.cpp:", own_line));
}

TEST(symbols, a_return_address_is_its_call_and_inlined_functions_are_named) {
    EXPECT_EQ(
        symbols().line(around(), place::caller),
        cat("unit_runtime  strowger::testing::inlined(void const* (*)(int))  symbols_test.cpp:",
            inlined_line,
            ", in strowger::testing::(anonymous namespace)::around()  symbols_test.cpp:",
            around_line));
}

TEST(symbols, a_library_without_debug_information_gives_names) {
    symbols names;
    EXPECT_EQ(names.line(code(&::gnu_get_libc_version), place::exact),
              "libc.so.6  gnu_get_libc_version");
    EXPECT_TRUE(names.file(code(&::gnu_get_libc_version)).ends_with("/libc.so.6"));
}

TEST(symbols, addresses_outside_all_files) {
    symbols names;
    int local = 0;
    for (auto each : {std::uint64_t(0), std::uint64_t(1), ~std::uint64_t(0), number(&local)})
        for (auto where : {place::exact, place::caller})
            EXPECT_TRUE(names.line(address(each), where).ends_with(" (no file)")) << each;
    EXPECT_EQ(names.line(address(0x1234)), "0x1234 (no file)");
    EXPECT_EQ(names.file(nullptr), "");
}

TEST(symbols, a_dead_process_by_its_maps) {
    constexpr std::uint64_t lower = 0x10000000000;
    auto dead = by_maps(own_maps("/unit_runtime", lower) + own_maps("/libc.so.6", lower));
    EXPECT_EQ(dead->line(address(number(code(&::gnu_get_libc_version)) - lower), place::exact),
              "libc.so.6  gnu_get_libc_version");
    EXPECT_EQ(dead->line(address(number(code(&own_function)) - lower), place::exact),
              cat(in_here, "own_function(int)  symbols_test.cpp:", own_line));
    EXPECT_EQ(dead->file(code(&::gnu_get_libc_version)), "");  // of this process, not of that one
}

TEST(symbols, a_modules_copy_is_named_by_its_module_also_when_it_is_gone) {
    auto dead = by_maps(
        "700000000000-700000001000 r--p 00000000 08:01 4711    /no/modules-12/mod_gone-3.so\n"
        "700000001000-700000002000 r-xp 00001000 08:01 4711    /no/modules-12/mod_gone-3.so\n"
        "700000010000-700000011000 r-xp 00000000 08:01 4712    /no/such/lib.so.1");
    EXPECT_EQ(dead->line(address(0x700000001011)), "mod_gone (mod_gone-3.so)+0x1011");
    EXPECT_EQ(dead->file(address(0x700000001011)), "/no/modules-12/mod_gone-3.so");
    EXPECT_EQ(dead->line(address(0x700000010020)), "lib.so.1+0x20");
}

TEST(symbols, maps_that_are_none) {
    for (auto* text : {"", "no map", "700000000000-", "z-z r-xp 0 0:0 0 /x", "-1 -1 -1 -1"})
        EXPECT_EQ(by_maps(text)->line(address(0x700000000010)), "0x700000000010 (no file)") << text;
}

TEST(symbols, what_is_read_is_not_mapped) {
    // The loader takes a file that is still mapped for a module that did not let go.
    auto path = ::testing::TempDir() + "symbols_test_modules-1_mod_x-1.so";
    std::filesystem::copy_file("/proc/self/exe", path,
                               std::filesystem::copy_options::overwrite_existing);
    auto dead = by_maps(cat("700000000000-700010000000 r-xp 00000000 08:01 4711    ", path));
    auto start = number(code(&own_function)) - start_of_program();
    EXPECT_EQ(dead->line(address(0x700000000000 + start), place::exact),
              cat("symbols_test_modules-1_mod_x-1.so  strowger::testing::(anonymous namespace)::"
                  "own_function(int)  symbols_test.cpp:",
                  own_line));
    EXPECT_EQ(own_maps(path, 0), "");
    std::filesystem::remove(path);
}

TEST(symbols, files_that_are_no_or_broken_programs) {
    auto path = ::testing::TempDir() + "symbols_test.so";
    std::ifstream self("/proc/self/exe", std::ios::binary);
    std::string head(100'000, '\0');
    self.read(head.data(), static_cast<std::streamsize>(head.size()));
    auto maps = cat("700000000000-700000100000 r-xp 00000000 08:01 4711    ", path);
    for (std::size_t size : {0UL, 3UL, 4UL, 40UL, 63UL, 64UL, 500UL, 4096UL, 5000UL, 100'000UL}) {
        std::ofstream(path, std::ios::binary) << head.substr(0, size);
        EXPECT_TRUE(by_maps(maps)->line(address(0x700000001234)).starts_with("symbols_test.so"))
            << size;
    }
    for (auto* other : {"/", "/dev/zero", "relative.so", "/dev/stdin"})
        EXPECT_NE(by_maps(cat("700000000000-700000100000 r-xp 00000000 08:01 4711    ", other))
                      ->line(address(0x700000001234)),
                  "");
    std::filesystem::remove(path);
}

}  // namespace

}  // namespace strowger::testing
