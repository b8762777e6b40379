// An INVITE as the core sees it: caller profile and channel variables. Pure.
#pragma once

#include "settings.hpp"

#include <strowger/calls.hpp>
#include <strowger/directory.hpp>

namespace strowger::sofia {

// Everything of the call but its leg. `user`: who was authenticated, or nullptr. `gateway`: the
// gateway it came from, or nullptr.
incoming_call describe(const message& invite, const flow& from, const profile_settings& profile,
                       const directory_user* user, const gateway_settings* gateway);

}  // namespace strowger::sofia
