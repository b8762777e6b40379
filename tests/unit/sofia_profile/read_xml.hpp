// Profiles from XML text, through the real reader of configurations.
#pragma once

#include <strowger/testing/captured_log.hpp>

#include "config/make.hpp"
#include "profile/settings.hpp"

#include <strowger/text.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace strowger::sofia::testing {

class xml_config {
public:
    // `profiles`: what stands in <profiles>.
    explicit xml_config(std::string_view profiles) {
        static int count = 0;
        dir_ = std::filesystem::temp_directory_path() /
               cat("strowger-profile-", static_cast<long>(::getpid()), '-', ++count);
        std::filesystem::create_directories(dir_);
        write(profiles);
        config = make_configuration(
            {{{"certs_dir", "/certs"}, {"local_ip_v4", "127.0.0.1"}, {"domain", "pbx.example"}},
             {},
             dir_.string()},
            log_);
        reload();
    }
    ~xml_config() { std::filesystem::remove_all(dir_); }

    void write(std::string_view profiles) {
        std::ofstream(dir_ / "strowger.xml")
            << "<document type=\"freeswitch/xml\"><section name=\"configuration\">"
               "<configuration name=\"sofia.conf\">\n<global_settings><param name=\"log-level\" "
               "value=\"3\"/></global_settings>\n<profiles>\n"
            << profiles << "\n</profiles></configuration></section></document>\n";
    }
    void reload() {
        problems ignored;
        auto done = config->reload(ignored);
        if (!done) throw std::runtime_error(done.error().text);
    }

    sofia_settings read() {
        found.clear();
        return read_settings(*config->current(), found);
    }
    // The problems as text, one a line, without the folder.
    std::string text() const {
        std::string out;
        for (const auto& each : found) {
            auto line = to_string(each);
            if (auto at = line.find(dir_.string() + "/"); at != line.npos)
                line.erase(at, dir_.string().size() + 1);
            out += line + '\n';
        }
        return out;
    }

    std::unique_ptr<configuration> config;
    problems found;

private:
    std::filesystem::path dir_;
    strowger::testing::captured_log captured_;
    logger log_{"config", captured_};
};

// One profile "internal" with these params as XML text.
inline std::string one_profile(std::string_view params) {
    return cat("<profile name=\"internal\"><settings>\n", params, "\n</settings></profile>");
}

}  // namespace strowger::sofia::testing
