// The store's file: making it, and deciding whether a file that is there is ours and whole.
#pragma once

#include "database.hpp"

#include <strowger/error.hpp>

#include <cstdint>
#include <string>

namespace strowger::sqlite {

// "STRW": marks our files among all of SQLite's (PRAGMA application_id).
inline constexpr std::int64_t application_id = 0x53545257;
inline constexpr std::int64_t schema_version = 1;

// Opens the store's file, or makes it when there is none (or an empty one). A file of another
// program, a newer or a damaged one is refused before anything is written to it. Every error names
// the file and says what to do. Blocks: for start-up.
result<database> open_file(const std::string& path);

}  // namespace strowger::sqlite
