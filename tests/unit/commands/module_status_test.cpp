// `module status`, and how the commands on modules ask the loader.
#include "commands_world.hpp"

#include <gmock/gmock.h>

namespace strowger::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class module_command : public commands_world {
protected:
    module_row& sofia() {
        modules.rows.clear();
        auto& row = modules.rows.emplace_back();
        row.name = "mod_sofia";
        row.version = "0.4.0";
        row.tag = "SDK 4;g++ 12;Boost 1_81";
        row.file = "/lib/mod_sofia.so";
        row.state = "running";
        row.side_by_side = false;
        row.loaded = in.manual.wall() - std::chrono::seconds(200);
        row.load_time = std::chrono::microseconds(12'345);
        row.mapped_bytes = 2'100'000;
        row.leases = 3;
        row.handlers = 5;
        row.work = 4;
        row.uses = 12;
        row.coroutines = {"keep-alive", "gateway ping", "keep-alive", "keep-alive"};
        row.needs = {"mod_rtp", "mod_srtp"};
        row.needed_by = {"mod_lcr"};
        row.registered = {
            {"interface", "endpoint/sofia"}, {"command", "sofia_contact"}, {"command", "sofia"}};
        return row;
    }
};

// The manual clock's day: 55 years of 365 days after the epoch.
TEST_F(module_command, status_tells_everything) {
    sofia();
    EXPECT_EQ(run("module status mod_sofia").text,
              "mod_sofia\n"
              "  state          running\n"
              "  version        0.4.0\n"
              "  generation     1, exclusive: a reload ends it, then starts the next one\n"
              "  file           /lib/mod_sofia.so\n"
              "  built with     SDK 4, g++ 12, Boost 1_81\n"
              "  loaded         2024-12-17 23:56:40 UTC, 3 min 20 s ago\n"
              "  load time      12.3 ms\n"
              "  address space  2050 KB\n"
              "  uses           12: 3 of what it registered, 5 waiting handlers, "
              "4 coroutines and blocking work\n"
              "  coroutines     1 × \"gateway ping\", 3 × \"keep-alive\"\n"
              "  needs          mod_rtp, mod_srtp\n"
              "  needed by      mod_lcr\n"
              "  commands       sofia, sofia_contact\n"
              "  interfaces     endpoint/sofia");
}

TEST_F(module_command, status_of_every_generation) {
    sofia().state = "quarantined: 1 thread is left";
    auto newer = modules.rows[0];
    newer.generation = 2;
    newer.state = "running";
    newer.side_by_side = true;
    newer.loaded = in.manual.wall();
    newer.coroutines.clear();
    newer.needs.clear();
    newer.needed_by.clear();
    newer.registered.clear();
    modules.rows.push_back(newer);
    modules.rows.emplace_back().name = "mod_other";
    auto text = run("module status mod_sofia").text;
    EXPECT_THAT(text, HasSubstr("  state          quarantined: 1 thread is left\n"));
    EXPECT_THAT(text, HasSubstr("endpoint/sofia\n\nmod_sofia\n  state          running\n"));
    EXPECT_THAT(text, HasSubstr("  generation     2, side by side: "));
    EXPECT_THAT(text, HasSubstr("UTC, 0 s ago\n"));
    EXPECT_TRUE(
        text.ends_with("  coroutines     none\n"
                       "  needs          nothing\n"
                       "  needed by      nobody\n"
                       "  registered     nothing"))
        << text;
}

TEST_F(module_command, ages_in_words) {
    const std::pair<int, const char*> ages[] = {
        {59, "59 s ago"},          {60, "1 min 0 s ago"},
        {3'600, "1 h 0 min ago"},  {86'399, "23 h 59 min ago"},
        {90'000, "1 day 1 h ago"}, {180'000, "2 days 2 h ago"}};
    for (const auto& [age, said] : ages) {
        sofia().loaded = in.manual.wall() - std::chrono::seconds(age);
        EXPECT_THAT(run("module status mod_sofia").text, HasSubstr(cat("UTC, ", said, "\n")));
    }
}

TEST_F(module_command, long_lines_go_on_below_on_a_terminal) {
    sofia();
    auto text = run("module status mod_sofia", nullptr, 60).text;
    EXPECT_THAT(text, HasSubstr("  uses           12: 3 of what it registered, 5 waiting\n"
                                "                 handlers, 4 coroutines and blocking work\n"));
}

TEST_F(module_command, an_unknown_name) {
    EXPECT_EQ(run("module status mod_srpt").text,
              "-ERR There is no module 'mod_srpt'. Did you mean 'mod_srtp'? "
              "Loaded are: mod_apps, mod_srtp.");
    EXPECT_EQ(run("module status apps").text,
              "-ERR There is no module 'apps'. Did you mean 'mod_apps'? "
              "Loaded are: mod_apps, mod_srtp.");
    modules.rows.clear();
    EXPECT_EQ(run("module status mod_x").text,
              "-ERR There is no module 'mod_x'. Loaded are: none.");
}

TEST_F(module_command, alone_lists_its_subcommands) {
    EXPECT_THAT(run("module").text, HasSubstr("module status <module>"));
    EXPECT_EQ(run("module states mod_apps").text,
              "-ERR module: 'states' stands where status is expected. "
              "Expected: module [status <module>]");
}

TEST_F(module_command, show_modules_says_why_one_is_quarantined) {
    sofia().state = "quarantined: 1 thread is left";
    EXPECT_THAT(run("show modules").text, HasSubstr("  quarantined: 1 thread is left  "));
    // At 80 columns something else is left out.
    EXPECT_THAT(run("show modules", nullptr, 80).text,
                HasSubstr("  quarantined: 1 thread is left  "));
}

TEST_F(module_command, the_loader_is_asked_as_it_was_said) {
    EXPECT_EQ(run("load mod_x").text, "+OK mod_x is loaded");
    EXPECT_EQ(run("load '/a folder/mod_x.so'").text, "+OK /a folder/mod_x.so is loaded");
    EXPECT_EQ(run("unload mod_x").text, "+OK mod_x is unloaded");
    EXPECT_EQ(run("unload -w 10 -f mod_x").text, "+OK mod_x is unloaded");
    EXPECT_EQ(run("reload mod_x").text, "+OK mod_x is reloaded");
    EXPECT_EQ(run("reload -w 0 mod_x").text, "+OK mod_x is reloaded");
    EXPECT_THAT(modules.asked, ElementsAre("load mod_x", "load /a folder/mod_x.so",
                                           "unload mod_x 3000 ms", "unload -f mod_x 10000 ms",
                                           "reload mod_x 3000 ms", "reload mod_x 0 ms"));
}

}  // namespace
}  // namespace strowger::testing
