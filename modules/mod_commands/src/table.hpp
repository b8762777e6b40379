// A table of text that can be shown to people, or to programs as CSV or JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strowger::commands {

struct table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
    std::string noun = "row";  // "3 calls total."
};

std::string as_text(const table& what);
std::string as_json(const table& what);  // {"row_count": n, "rows": [{…}]}
std::string as_delimited(const table& what, std::string_view delimiter);
// `form` is what followed the name: "", "as json", "as xml" (refused), "as delimited |".
// False when it cannot be understood.
bool render(const table& what, std::string_view form, std::string& out);

std::string json_text(std::string_view text);  // quoted and escaped

}  // namespace strowger::commands
