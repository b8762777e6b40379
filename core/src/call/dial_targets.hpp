// A dial string turned into what can be called: user/ through the directory, variables merged.
// Control loop only.
#pragma once

#include "call/call_table.hpp"
#include "call/dial_string.hpp"

#include <string>
#include <vector>

namespace strowger {

// Which variables reach a leg, weakest first: the called user's from the directory, those exported
// by the parent, the [] and {} of the user's dial-string, then the [] and {} that stand at the
// call. {} overwrites [] of the same dial string unless local_var_clobber=true.
using alternatives = std::vector<std::vector<dial_leg>>;

// `parent` may be nullptr. A user that cannot be called becomes error/CAUSE: its neighbours still
// ring. Where a user's dial-string has alternatives, its first ones ring with the leg's
// neighbours, its second ones with the next alternative.
result<alternatives> find_targets(call_table& table, std::string_view text, channel* parent,
                                  const variables& for_all);

}  // namespace strowger
