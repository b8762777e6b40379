// This machine's name and the addresses it would use towards the world.
#pragma once

#include <string>

namespace strowger {

// The source address of a route to the documentation networks (RFC 5737, RFC 3849); nothing is
// sent. Loopback where there is no such route.
std::string local_ip_v4();
std::string local_ip_v6();
std::string host_name();

}  // namespace strowger
