// The params of a sofia profile: those that mean something here, and FreeSWITCH's others.
#pragma once

#include <strowger/config.hpp>

#include <string_view>
#include <vector>

namespace strowger::sofia {

const std::vector<param_spec>& profile_params();
const std::vector<std::string_view>& params_known_elsewhere();

}  // namespace strowger::sofia
