// Text made fit for people and their terminals: logs, facts, commands, traces. The log does this to
// every record by itself.
#pragma once

#include <string>
#include <string_view>

namespace strowger {

// What follows each "inline:" becomes "***": an SDES key (RFC 4568, 9.1), in any case of letters,
// and as "inline%3A" in a URI. Lifetime and MKI stay. Pure; any thread; cheap where there is no
// key.
std::string mask_keys(std::string text);

// A terminal obeys control characters, and outsiders choose names: each (C0, DEL, C1), each that
// turns the direction of writing, and each byte that is no UTF-8 becomes '?'. Pure; any thread.
std::string printable(std::string_view text);
// What is no UTF-8 becomes U+FFFD; all else stays. For JSON and its like.
std::string valid_utf8(std::string_view text);

}  // namespace strowger
