// <gateways> of a profile (FreeSWITCH's names and defaults).
#pragma once

#include "gateway/gateway.hpp"

#include <strowger/config.hpp>

#include <string>
#include <vector>

namespace strowger::sofia {

// Gateways that cannot work (a bad name, nothing to call, no user to register as) are errors in
// `found` and left out.
std::vector<gateway_settings> read_gateways(const config_node& gateways, const std::string& profile,
                                            problems& found);

}  // namespace strowger::sofia
