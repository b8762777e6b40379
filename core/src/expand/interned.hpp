// Names of variables, kept once for the whole process.
#pragma once

#include <string_view>

namespace strowger {

// The kept spelling of a name: the same pointer for every spelling that differs only in ASCII case.
// Lives as long as the process. Any thread. Empty data() when the table is full (names may come
// from the network, so it must not grow without bound) or the name is longer than 256 bytes.
std::string_view intern(std::string_view name);

}  // namespace strowger
