// What `sofia status` and its kin print, in FreeSWITCH's table style. Control loop only.
#pragma once

#include "service.hpp"

#include <string>

namespace strowger::sofia {

std::string status_table(const service& of);
std::string profile_page(const profile& of);
// Of one profile's bindings; `wall` is now.
std::string registration_page(const profile& of, wall_time wall);
// All gateways, or one; empty text when there is none of that name.
std::string gateway_table(const service& of);
std::string gateway_page(const service& of, std::string_view name);

}  // namespace strowger::sofia
