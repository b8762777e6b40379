// The command line of `strowger`: FreeSWITCH's options where it has them.
#pragma once

#include "runtime/core.hpp"

#include <strowger/error.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strowger {

struct command_line {
    enum class action { run, check, stop, version, help };
    action what = action::run;
    core_directories at;  // empty: not given
    std::vector<std::pair<std::string, std::string>> overrides;
    std::string user, group;
    bool no_console = false;  // -nc: to the background, unless -nf
    bool no_fork = false;     // -nf
    bool background() const noexcept { return no_console && !no_fork; }
};

// `words` without the program's name. An error names the word and says what was expected.
result<command_line> parse_command_line(const std::vector<std::string>& words);
std::string_view usage() noexcept;

// Fills in what was not given: below `at.base` when that was given, else below `prefix`, the folder
// that holds bin/, lib/ and share/.
core_directories with_defaults(core_directories at, const std::string& prefix);

}  // namespace strowger
