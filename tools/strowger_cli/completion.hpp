// What the prompt offers for a word that has begun, from what the PBX answered. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// `line`: what was typed, up to the cursor. `answer`: the PBX's words, one a line, each standing
// for the whole last word of `line`. The line editor replaces the last `replaced` characters only:
// its words may end at characters that are no blanks.
std::vector<std::string> completions(std::string_view line, std::size_t replaced,
                                     const std::string& answer);
