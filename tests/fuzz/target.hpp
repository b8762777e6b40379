// What every fuzz target is made of. A target is one function over a text of outside bytes; under
// libFuzzer it is the program's only one, in the replay program it is registered under its name.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace strowger::fuzz {

using target_function = void (*)(std::string_view bytes);

// Ends the program with the broken promise and its place, as a crash that libFuzzer keeps.
[[noreturn]] inline void broken(const char* promise, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, promise);
    __builtin_trap();
}

#if defined(STROWGER_FUZZ_REPLAY)
// Puts itself into the list that replay.cpp goes through.
struct registered_target {
    registered_target(const char* target_name, target_function target_run) noexcept;
    const char* name;
    target_function run;
    registered_target* next;
};
#endif

}  // namespace strowger::fuzz

// A promise of the code under test.
#define STROWGER_PROMISE(...) \
    ((__VA_ARGS__) ? void() : ::strowger::fuzz::broken(#__VA_ARGS__, __FILE__, __LINE__))

// STROWGER_FUZZ_TARGET(name) { … bytes … }, at namespace scope and once in a file.
#if defined(STROWGER_FUZZ_REPLAY)
#define STROWGER_FUZZ_TARGET(NAME)                                                 \
    static void one_input(std::string_view bytes);                                 \
    static const ::strowger::fuzz::registered_target registered{#NAME, one_input}; \
    static void one_input(std::string_view bytes)
#else
#define STROWGER_FUZZ_TARGET(NAME)                                                          \
    static void one_input(std::string_view bytes);                                          \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {     \
        one_input(size == 0 ? std::string_view{}                                            \
                            : std::string_view(reinterpret_cast<const char*>(data), size)); \
        return 0;                                                                           \
    }                                                                                       \
    static void one_input(std::string_view bytes)
#endif
