// autoload_configs/sqlite.conf.xml, which may be missing.
#pragma once

#include <strowger/config.hpp>

#include <string>

namespace strowger::sqlite {

struct settings {
    std::string file;  // param `database`; $${db_dir}/registrations.db when not given
};

settings read_settings(const config_snapshot& from, problems& found);

}  // namespace strowger::sqlite
