// A whole core with folders of its own, for tests that load modules.
#pragma once

#include <strowger/testing/captured_log.hpp>

#include "runtime/core.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>

namespace strowger::testing {

class core_fixture : public ::testing::Test {
protected:
    // `prepare` may write into the conf folder (below `options.at.base`) and change the options.
    using preparation = std::function<void(core_options& options)>;
    explicit core_fixture(const preparation& prepare = {}) {
        std::string name = std::filesystem::temp_directory_path() / "strowger-loader-XXXXXX";
        base_ = ::mkdtemp(name.data());
        for (auto* each : {"conf", "modules", "run"})
            std::filesystem::create_directories(base_ + "/" + each);
        std::ofstream(base_ + "/conf/strowger.xml")
            << "<document type=\"freeswitch/xml\"><section name=\"configuration\"/></document>";
        core_options options;
        options.at.base = base_;
        options.at.conf = base_ + "/conf";
        options.at.mod = base_ + "/modules";
        options.at.run = base_ + "/run";
        options.other_log = &log;
        options.media_threads = 1;
        if (prepare) prepare(options);
        pbx.emplace(std::move(options));
        problems found;
        auto read = pbx->configure(found);
        EXPECT_TRUE(read.has_value()) << read.error().text;
    }
    ~core_fixture() override {
        pbx->shutdown();
        EXPECT_EQ(pbx->run(), ends_clean);
        pbx.reset();
        std::filesystem::remove_all(base_);
    }

    // Makes these lines the <modules> of modules.conf (and its <settings>), and reads them.
    void configure_modules(const std::string& lines, const std::string& settings = "") {
        std::ofstream(base_ + "/conf/strowger.xml")
            << "<document type=\"freeswitch/xml\"><section name=\"configuration\">"
            << "<configuration name=\"modules.conf\"><settings>" << settings
            << "</settings><modules>" << lines << "</modules></configuration></section></document>";
        problems found;
        EXPECT_TRUE(pbx->configure(found).has_value());
    }
    // Puts a module of the tests where the core looks for it, under its own or another name.
    void give(const std::string& name, const std::string& as = "") {
        std::filesystem::copy_file(std::string(TEST_MODULES) + "/" + name + ".so",
                                   path(as.empty() ? name : as),
                                   std::filesystem::copy_options::overwrite_existing);
    }
    std::string path(const std::string& name) const { return base_ + "/modules/" + name + ".so"; }

    // Runs the control loop until the task has ended.
    template <class T>
    T run(task<T> work) {
        std::optional<T> outcome;
        boost::asio::co_spawn(pbx->loop(), std::move(work),
                              [&](std::exception_ptr thrown, T value) {
                                  EXPECT_FALSE(thrown);
                                  outcome.emplace(std::move(value));
                              });
        EXPECT_TRUE(run_until([&] { return outcome.has_value(); }));
        return std::move(*outcome);
    }
    bool run_until(const std::function<bool()>& met, milliseconds patience = milliseconds(20000)) {
        auto deadline = std::chrono::steady_clock::now() + patience;
        while (!met()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            pbx->loop().run_one_for(std::chrono::milliseconds(5));
        }
        return true;
    }
    result<void> load(std::string name) { return run(pbx->modules().load(std::move(name))); }
    result<void> unload(std::string name, milliseconds patience = milliseconds(2000)) {
        return run(pbx->modules().unload(std::move(name), false, patience));
    }
    result<void> reload(std::string name) {
        return run(pbx->modules().reload(std::move(name), false, milliseconds(1000)));
    }
    command_reply ask(std::string name) {
        auto held = pbx->names().find_command(name);
        if (!held) return command_error("no such command");
        if (held->answer) return held->answer({});
        return run(held->run({}));
    }
    std::string state_of(const std::string& name) {
        for (const auto& row : pbx->modules().list())
            if (row.name == name) return row.state;
        return "gone";
    }
    static std::string process_map() {
        std::ifstream file("/proc/self/maps");
        std::ostringstream all;
        all << file.rdbuf();
        return all.str();
    }
    bool mapped(const std::string& name) const {
        return process_map().find(base_ + "/run/modules-" + std::to_string(::getpid()) + "/" +
                                  name + "-") != std::string::npos;
    }
    std::size_t copies() {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& each :
             std::filesystem::directory_iterator(pbx->modules().copies()))
            ++count;
        return count;
    }

    captured_log log;
    std::optional<core> pbx;
    bool ends_clean = true;
    std::string base_;
};

}  // namespace strowger::testing
