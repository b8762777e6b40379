// What a pattern certainly begins with, so that most patterns of a dialplan need not be run.
#pragma once

#include <string>
#include <string_view>

namespace strowger::dialplan_xml {

struct literal_start {
    std::string text;    // every subject that matches starts with this
    bool whole = false;  // the pattern is exactly "^text$"
};

// Careful rather than clever: an empty text where it is not sure.
literal_start literal_prefix(std::string_view pattern);

}  // namespace strowger::dialplan_xml
