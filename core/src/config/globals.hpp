// The $${globals} while a tree is being read.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

using global_map = std::map<std::string, std::string, std::less<>>;

// Replaces every $${name} by its value, once (a value is not looked at again). Names that are not
// there give an empty text and are added to `missing`. An unclosed "$${" stays.
std::string replace_globals(std::string text, const global_map& globals,
                            std::vector<std::string>& missing);

}  // namespace strowger
