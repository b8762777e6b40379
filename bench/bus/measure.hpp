// What is measured, and the two who are: our bus, and Boost.Signals2 (the public peer).
#pragma once

#include <strowger/bus.hpp>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string_view>

namespace bench {

inline std::uint64_t cpu_ns() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

// As large as a channel's fact: a number, and texts that it borrows.
struct happening {
    static constexpr std::string_view name = "CHANNEL_BENCH";
    std::uint64_t number;
    std::string_view who, state, cause;
    void fields(strowger::field_sink& out) const;  // ten of them
};

// `offered` are deliveries that should happen, `completed` those that subscribers counted.
struct figures {
    double ns = 0;  // CPU time per fact
    long offered = 0, completed = 0;
};

figures ours(long facts, int subscribers);
// By name, as a text client: every field is read.
figures ours_named(long facts);
// Facts nobody listens for, while others are listened for. A module's own view of the bus, as every
// module has, and the core's bus itself.
figures unwanted_in_a_module(long facts);
figures unwanted_in_the_core(long facts);
// Without a lock (dummy_mutex), as our bus is: the faster way of it.
figures signals2(long facts, int subscribers);

}  // namespace bench
