#include "runtime/command_line.hpp"

#include <gtest/gtest.h>

namespace strowger::testing {

namespace {

using action = command_line::action;

TEST(command_line_test, every_option) {
    auto line = parse_command_line({"-conf", "/c",         "-db",     "/d",    "-log",        "/l",
                                    "-mod",  "/m",         "-run",    "/r",    "-certs",      "/k",
                                    "-base", "/b",         "-sounds", "/s",    "-recordings", "/v",
                                    "-u",    "pbx",        "-g",      "voice", "-nc",         "-nf",
                                    "-set",  "domain=x=y", "-set",    "empty="});
    ASSERT_TRUE(line.has_value()) << line.error().text;
    EXPECT_EQ(line->at.conf, "/c");
    EXPECT_EQ(line->at.db, "/d");
    EXPECT_EQ(line->at.log, "/l");
    EXPECT_EQ(line->at.mod, "/m");
    EXPECT_EQ(line->at.run, "/r");
    EXPECT_EQ(line->at.certs, "/k");
    EXPECT_EQ(line->at.base, "/b");
    EXPECT_EQ(line->at.sounds, "/s");
    EXPECT_EQ(line->at.recordings, "/v");
    EXPECT_EQ(line->user, "pbx");
    EXPECT_EQ(line->group, "voice");
    EXPECT_TRUE(line->no_console);
    EXPECT_FALSE(line->background());
    using pairs = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(line->overrides, (pairs{{"domain", "x=y"}, {"empty", ""}}));
    EXPECT_EQ(line->what, action::run);
}

TEST(command_line_test, actions) {
    EXPECT_EQ(parse_command_line({"-version"})->what, action::version);
    EXPECT_EQ(parse_command_line({"-stop"})->what, action::stop);
    EXPECT_EQ(parse_command_line({"-check"})->what, action::check);
    EXPECT_EQ(parse_command_line({"-help"})->what, action::help);
    EXPECT_TRUE(parse_command_line({"-nc"})->background());
    EXPECT_FALSE(parse_command_line({"-nc", "-c"})->background());
}

TEST(command_line_test, mistakes_are_named) {
    auto why = [](const std::vector<std::string>& words) {
        auto line = parse_command_line(words);
        return line ? "it was accepted" : line.error().text;
    };
    EXPECT_EQ(why({"-confg", "/x"}), "unknown option \"-confg\"; did you mean -conf?");
    EXPECT_EQ(why({"words"}), "unknown option \"words\"");
    EXPECT_EQ(why({"-conf"}), "the value after -conf is missing");
    EXPECT_EQ(why({"-conf", "-db", "/d"}), "the value after -conf is missing");
    EXPECT_EQ(why({"-set"}), "name=value is missing after -set");
    EXPECT_EQ(why({"-set", "domain"}),
              "-set wants name=value, as -set domain=example.com; \"domain\" has no name or no "
              "\"=\"");
}

TEST(command_line_test, defaults_below_base_or_prefix) {
    core_directories at;
    at.db = "/mine";
    auto prefix = with_defaults(at, "/opt/strowger");
    EXPECT_EQ(prefix.conf, "/opt/strowger/share/strowger/conf");
    EXPECT_EQ(prefix.certs, "/opt/strowger/share/strowger/conf/ssl");
    EXPECT_EQ(prefix.log, "/opt/strowger/var/log");
    EXPECT_EQ(prefix.db, "/mine");
    EXPECT_EQ(prefix.mod, "/opt/strowger/lib/strowger/modules");
    at.base = "/base";
    auto based = with_defaults(at, "/opt/strowger");
    EXPECT_EQ(based.conf, "/base/conf");
    EXPECT_EQ(based.certs, "/base/conf/ssl");
    EXPECT_EQ(based.run, "/base/run");
    EXPECT_EQ(based.mod, "/opt/strowger/lib/strowger/modules");
}

}  // namespace

}  // namespace strowger::testing
