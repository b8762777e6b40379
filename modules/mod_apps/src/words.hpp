// The texts that applications are given, taken apart. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strowger::apps {

// Words between blanks; at most `most`, the last takes the rest.
std::vector<std::string_view> words(std::string_view text, std::size_t most);
// "name=value": the name trimmed, the value as it is. Without "=" the value is empty. Also takes
// FreeSWITCH's "name,value" where there is no "=".
std::pair<std::string_view, std::string_view> assignment(std::string_view text);
// "^^;a=1;b=2" or "a=1 b=2": FreeSWITCH's lists of assignments.
std::vector<std::string_view> assignments(std::string_view text);

}  // namespace strowger::apps
