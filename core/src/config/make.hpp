// How the core makes its configuration and directory.
#pragma once

#include <strowger/config.hpp>
#include <strowger/directory.hpp>
#include <strowger/log.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace strowger {

struct config_options {
    // The predefined globals: base_dir conf_dir certs_dir log_dir db_dir mod_dir run_dir sounds_dir
    // recordings_dir local_ip_v4 local_ip_v6 domain hostname. vars.xml may overwrite them.
    std::vector<std::pair<std::string, std::string>> predefined;
    // -set name=value: stronger than vars.xml.
    std::vector<std::pair<std::string, std::string>> overrides;
    std::string conf_dir;  // strowger.xml is read there, or freeswitch.xml where there is none
    // Asked before a tree that was read without an error is taken: the modules' own checks. An
    // error it adds refuses the tree. May be empty.
    std::function<void(const config_snapshot&, problems&)> check = {};
};

// Nothing is read before the first reload().
std::unique_ptr<configuration> make_configuration(config_options options, logger& log);
// Follows the configuration's reloads. `config` outlives it.
std::unique_ptr<directory> make_directory(configuration& config);

}  // namespace strowger
