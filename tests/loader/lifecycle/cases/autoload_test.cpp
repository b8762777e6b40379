// What modules.conf.xml names.
#include "core_fixture.hpp"

#include <strowger/events.hpp>

#include <gmock/gmock.h>

namespace strowger::testing {

namespace {

using ::testing::HasSubstr;

class autoload : public core_fixture {
protected:
    std::string names() {
        std::string all;
        for (const auto& row : pbx->modules().list()) all += row.name + " ";
        return all;
    }
};

TEST_F(autoload, needs_come_first) {
    give("mod_good");
    give("mod_needs_good");
    configure_modules("<load module=\"mod_needs_good\"/><load module=\"mod_good\"/>");
    bool told = false;
    auto hears = pbx->facts().subscribe<startup>([&](const startup&) { told = true; });
    ASSERT_TRUE(pbx->start().has_value());
    EXPECT_EQ(names(), "mod_good mod_needs_good ");
    EXPECT_TRUE(told);
}

TEST_F(autoload, failing_module_is_reported_with_its_line_and_the_rest_runs) {
    give("mod_good");
    configure_modules("\n<load module=\"mod_absent\"/><load module=\"mod_good\"/>");
    ASSERT_TRUE(pbx->start().has_value());
    EXPECT_EQ(names(), "mod_good ");
    EXPECT_TRUE(log.contains("strowger.xml:2: mod_absent was not loaded: "));
}

TEST_F(autoload, failing_critical_module_is_an_error) {
    give("mod_refuses");
    configure_modules("<load module=\"mod_refuses\" critical=\"true\"/>");
    auto started = pbx->start();
    ASSERT_FALSE(started.has_value());
    EXPECT_THAT(started.error().text, HasSubstr("the critical module mod_refuses was not loaded"));
    EXPECT_THAT(started.error().text, HasSubstr("its port is in use"));
}

TEST_F(autoload, check_finds_everything_and_starts_nothing) {
    give("mod_good");
    give("mod_refuses");
    give("mod_needs_absent");
    give("mod_wrong_sdk");
    configure_modules(
        "<load module=\"mod_good\"/>\n<load module=\"mod_refuses\"/>\n<load "
        "module=\"mod_needs_absent\"/>\n<load module=\"mod_wrong_sdk\"/>");
    problems found;
    pbx->check(found);
    std::string all;
    for (const auto& each : found) all += to_string(each) + "\n";
    EXPECT_EQ(found.size(), 2U) << all;
    EXPECT_THAT(all, HasSubstr("strowger.xml:3: mod_needs_absent needs mod_absent"));
    EXPECT_THAT(all, HasSubstr("strowger.xml:4: mod_wrong_sdk (" + path("mod_wrong_sdk") +
                               ") was built for SDK 0"));
    EXPECT_TRUE(pbx->names().names().empty());
}

TEST_F(autoload, what_is_misspelt_is_told_with_its_line) {
    give("mod_good");
    configure_modules(
        "<laod module=\"mod_good\"/>\n<load/>\n<load module=\"mod_good\" citical=\"true\"/>",
        "<param name=\"allow-absolut-paths\" value=\"true\"/>");
    problems found;
    pbx->check(found);
    std::string all;
    for (const auto& each : found) all += to_string(each) + "\n";
    EXPECT_THAT(all, HasSubstr("warning: strowger.xml:1: <laod> is not known here; expected <load "
                               "module=\"…\"/>"));
    EXPECT_THAT(all, HasSubstr("warning: strowger.xml:2: <load> names no module"));
    EXPECT_THAT(all, HasSubstr("warning: strowger.xml:3: <load> has no attribute \"citical\""));
    EXPECT_THAT(all, HasSubstr("allow-absolute-paths"));
    EXPECT_EQ(found.size(), 4U) << all;
}

TEST_F(autoload, check_refuses_what_a_start_would) {
    give("mod_good", "mod_renamed");
    configure_modules("<load module=\"mod_renamed\"/><load module=\"../modules/mod_good\"/>");
    problems found;
    pbx->check(found);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_THAT(found[0].text, HasSubstr("is the module mod_good, not mod_renamed"));
    EXPECT_THAT(found[1].text, HasSubstr("is not in the module directory"));
}

}  // namespace

}  // namespace strowger::testing
