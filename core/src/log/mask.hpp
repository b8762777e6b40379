// The last line of defence: key material that somebody logged by mistake.
#pragma once

#include <string>

namespace strowger {

// Replaces what follows each "inline:" (RFC 4568, 9.1: an SRTP key) by "***". Cheap when there is
// none.
void mask_key_material(std::string& text);

}  // namespace strowger
