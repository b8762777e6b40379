// The file that a reader is in.
#pragma once

#include "config/reader.hpp"

namespace strowger {

struct config_reader::place {
    const source_file& file;
    std::string folder;  // relative names in it start here
    int include_depth;
};

}  // namespace strowger
