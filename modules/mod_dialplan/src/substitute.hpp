// $1, $2, … in the data of an action.
#pragma once

#include "pattern.hpp"

#include <string>
#include <string_view>

namespace strowger::dialplan_xml {

// Puts captures in. A "$" in captured text becomes "\$", so that the expansion that follows gives
// it back as it was and never runs it: a caller id "${system rm}" stays text. `\$1` stays as it is
// (expansion makes "$1" of it). A number without a capture gives an empty text.
std::string substitute(std::string_view data, const captures& caught);

}  // namespace strowger::dialplan_xml
