// When to register, and with what pauses: the decisions of a registering gateway. Pure.
#pragma once

#include <strowger/clock.hpp>

#include <algorithm>
#include <cstdint>

namespace strowger::sofia {

// The pause before the next try after `failures` failures in a row (1: the first one): it doubles,
// up to 32 times, and is never more than an hour unless the operator asked for more.
inline seconds pause_after(unsigned failures, std::uint32_t retry_seconds) {
    auto doubled = std::uint64_t{retry_seconds} << std::min(failures > 0 ? failures - 1 : 0u, 5u);
    return seconds(std::min(doubled, std::max<std::uint64_t>(3600, retry_seconds)));
}

// A granted registration is renewed before its end: half a minute, or halfway for short ones.
inline seconds renew_after(std::uint32_t granted_seconds) {
    return seconds(granted_seconds > 60 ? granted_seconds - 30 : std::max(granted_seconds / 2, 1u));
}

}  // namespace strowger::sofia
