// Random UUIDs: the ids of channels.
#pragma once

#include <string>

namespace strowger {

// A version 4 UUID (RFC 4122, 4.4), from the system's random numbers. Control loop only.
std::string make_uuid();

}  // namespace strowger
