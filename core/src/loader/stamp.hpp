// Reads a module's stamp from the bytes of its file, before anything is mapped. Pure.
//
// dlopen() runs static constructors, cannot be taken back, and dies with SIGBUS on a truncated
// file; so what it would need of the file is looked at here first, within bounds.
#pragma once

#include <strowger/error.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

struct stamp {
    std::string tag, name, version;
    std::vector<std::string> needs;
    bool side_by_side = false;  // else exclusive
};

// `file` is its name, for the texts. errc::bad_syntax: not a module, or a damaged one.
result<stamp> read_stamp(std::span<const std::byte> bytes, std::string_view file);

// Does the tag of a module fit ours? errc::incompatible names both sides and what differs.
result<void> compare_tags(std::string_view module, std::string_view theirs, std::string_view ours);

}  // namespace strowger
