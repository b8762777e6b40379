// The names that may stand in dialplan XML.
#pragma once

#include <strowger/config.hpp>

#include <initializer_list>
#include <string_view>

namespace strowger::dialplan_xml {

// Attributes other than these (and the time tests, where a test may stand) are warned about.
void check_attributes(const config_node& node, std::initializer_list<std::string_view> known,
                      problems& found);

// Does the node carry one of FreeSWITCH's time attributes (wday, hour, …)?
bool has_time_test(const config_node& node);

// Warns when `field` is no field of a caller profile.
void check_field(const config_node& node, std::string_view field, problems& found);

}  // namespace strowger::dialplan_xml
