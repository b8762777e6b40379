// A table of text that can be shown to people, or to programs as CSV or JSON. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strowger::commands {

struct table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
    std::string noun = "row";  // "3 calls total."

    // For terminals that are too narrow: columns that are cut no further than to so many characters
    // (8, or the name of the column, unless it says more), …
    std::vector<std::pair<std::string_view, std::size_t>> least = {};
    // … those that say enough by how they begin, and are cut before any other, …
    std::vector<std::string_view> cut_first = {};
    // … and those that are left out when that is not enough, the first one first.
    std::vector<std::string_view> spare = {};
};

// `width`: of the terminal; 0: none, nothing is cut. What does not fit is cut, the widest column
// first ("sofia/inte…"); then spare columns are left out, and named below; what cannot be a table
// even so, or is narrower than 60, becomes blocks of "name: value".
std::string as_text(const table& what, std::size_t width = 0);
std::string as_json(const table& what);  // {"row_count": n, "rows": [{…}]}
std::string as_delimited(const table& what, std::string_view delimiter);
// `form` is what followed the name: "", "as json", "as xml" (refused), "as delimited |".
// False when it cannot be understood.
bool render(const table& what, std::string_view form, std::size_t width, std::string& out);

std::string json_text(std::string_view text);  // quoted and escaped

// Characters on the screen, near enough: bytes that do not continue a UTF-8 sequence.
std::size_t shown_width(std::string_view text);

}  // namespace strowger::commands
