// A folder of configuration files that a test writes; gone with the object.
#pragma once

#include <strowger/testing/captured_log.hpp>
#include "config/make.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace strowger::testing {

class conf_dir {
public:
    conf_dir() {
        std::string pattern = ::testing::TempDir() + "strowger-conf-XXXXXX";
        if (!::mkdtemp(pattern.data())) std::abort();
        path_ = pattern;
    }
    conf_dir(const conf_dir&) = delete;
    conf_dir& operator=(const conf_dir&) = delete;
    ~conf_dir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const noexcept { return path_; }
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::path file = path_ + "/" + name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    // Writes `text` as strowger.xml's <document>.
    void write_document(const std::string& text) const {
        write("strowger.xml", "<document type=\"freeswitch/xml\">\n" + text + "\n</document>\n");
    }

    config_options options() const {
        config_options made;
        made.conf_dir = path_;
        made.predefined = {{"conf_dir", path_}, {"domain", "example.com"}};
        return made;
    }

private:
    std::string path_;
};

// A configuration over a folder, with its log.
struct loaded {
    explicit loaded(config_options options) : config(make_configuration(std::move(options), log)) {}
    explicit loaded(const conf_dir& from) : loaded(from.options()) {}
    // Reloads; all problems, a line each.
    std::string reload() {
        problems found;
        ok = config->reload(found).has_value();
        std::string text;
        for (const auto& each : found) text += to_string(each) + "\n";
        return text;
    }
    captured_log captured;
    logger log{"core", captured, log_level::debug};
    std::unique_ptr<configuration> config;
    bool ok = false;
};

}  // namespace strowger::testing
