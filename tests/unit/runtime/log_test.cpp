#include "log/levels.hpp"
#include "log/make.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace strowger::testing {

namespace {

TEST(log_levels, words_and_numbers) {
    EXPECT_EQ(parse_log_level("debug"), log_level::debug);
    EXPECT_EQ(parse_log_level("ERR"), log_level::error);
    EXPECT_EQ(parse_log_level("crit"), log_level::critical);
    EXPECT_EQ(parse_log_level("0"), log_level::alert);
    EXPECT_EQ(parse_log_level("7"), log_level::debug);
    EXPECT_EQ(parse_log_level("8"), std::nullopt);
    EXPECT_EQ(parse_log_level("loud"), std::nullopt);
}

class fixed_config final : public config_snapshot {
public:
    config_node document, switch_conf, logfile_conf;
    const config_node& root() const noexcept override { return document; }
    const config_node* section(std::string_view) const noexcept override { return nullptr; }
    const config_node* file(std::string_view name) const noexcept override {
        return name == "switch.conf"    ? &switch_conf
               : name == "logfile.conf" ? &logfile_conf
                                        : nullptr;
    }
    const std::string* global(std::string_view) const noexcept override { return nullptr; }
};

config_node node(std::string name, std::vector<std::pair<std::string, std::string>> attributes,
                 std::vector<config_node> children = {}) {
    config_node made;
    made.name = std::move(name);
    made.attributes = std::move(attributes);
    made.children = std::move(children);
    return made;
}

TEST(log_levels, module_then_all_then_switch) {
    fixed_config config;
    EXPECT_EQ(level_of(config, "mod_x", log_level::info), log_level::info);
    config.switch_conf.children.push_back(
        node("settings", {}, {node("param", {{"name", "loglevel"}, {"value", "notice"}})}));
    EXPECT_EQ(level_of(config, "mod_x", log_level::info), log_level::notice);
    config.logfile_conf.children.push_back(
        node("mappings", {},
             {node("map", {{"name", "mod_x"}, {"value", "err, debug,info"}}),
              node("map", {{"name", "all"}, {"value", "warning"}})}));
    EXPECT_EQ(level_of(config, "mod_x", log_level::info), log_level::debug);
    EXPECT_EQ(level_of(config, "mod_y", log_level::info), log_level::warning);
}

class log_file : public ::testing::Test {
protected:
    log_file() {
        std::string name = std::filesystem::temp_directory_path() / "strowger-log-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        options_.console = false;
        options_.file = folder_ + "/strowger.log";
    }
    ~log_file() override { std::filesystem::remove_all(folder_); }
    static std::string text_of(const std::string& path) {
        std::ifstream file(path);
        std::ostringstream all;
        all << file.rdbuf();
        return all.str();
    }
    std::string folder_;
    log_options options_;
};

TEST_F(log_file, has_word_module_text_and_no_key) {
    {
        auto log = make_log(options_);
        logger mod_x("mod_x", *log);
        mod_x.warning("crypto ", "inline:c2VjcmV0");
        mod_x.debug("not wanted");
        mod_x.write(log_level::notice, "{} is no format");
    }
    auto text = text_of(options_.file);
    EXPECT_NE(text.find(" [WARNING] mod_x: crypto inline:***\n"), std::string::npos) << text;
    EXPECT_NE(text.find(" [NOTICE] mod_x: {} is no format\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("c2VjcmV0"), std::string::npos);
    EXPECT_EQ(text.find("not wanted"), std::string::npos);
}

TEST_F(log_file, is_opened_again_after_a_rename) {
    {
        auto log = make_log(options_);
        logger mod_x("mod_x", *log);
        mod_x.error("before");
        log->flush();
        while (text_of(options_.file).empty()) std::this_thread::yield();
        std::filesystem::rename(options_.file, options_.file + ".1");
        log->reopen();
        mod_x.error("after");
    }
    EXPECT_NE(text_of(options_.file + ".1").find("before"), std::string::npos);
    EXPECT_EQ(text_of(options_.file + ".1").find("after"), std::string::npos);
    EXPECT_NE(text_of(options_.file).find("after"), std::string::npos);
}

TEST_F(log_file, full_queue_drops_and_counts) {
    // A pipe that nobody reads, as a terminal that stands still.
    ::signal(SIGPIPE, SIG_IGN);
    auto pipe = folder_ + "/pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    options_.file = pipe;
    options_.records = 16;
    auto log = make_log(options_);
    logger mod_x("mod_x", *log);
    for (int i = 0; i < 5000; ++i) mod_x.info(std::string(200, 'x'));
    EXPECT_GT(log->dropped(), 0U);
    ::close(reader);  // now writing fails, which is counted too, and the log can end
    log.reset();
}

TEST_F(log_file, that_cannot_be_opened_is_named) {
    options_.file = folder_ + "/none/strowger.log";
    std::filesystem::create_directories(folder_ + "/none/strowger.log");
    try {
        auto log = make_log(options_);
        FAIL();
    } catch (const std::runtime_error& thrown) {
        EXPECT_NE(std::string(thrown.what()).find(options_.file), std::string::npos);
    }
}

}  // namespace

}  // namespace strowger::testing
