// Loading, using, reloading and really unloading.
#include "core_fixture.hpp"

#include <strowger/events.hpp>

#include <gmock/gmock.h>

namespace strowger::testing {

namespace {

using ::testing::HasSubstr;

class lifecycle : public core_fixture {};

TEST_F(lifecycle, loads_and_unmaps) {
    give("mod_good");
    std::vector<std::string> facts;
    auto loads = pbx->facts().subscribe<module_load>(
        [&](const module_load& fact) { facts.push_back("load " + std::string(fact.module)); });
    auto unloads = pbx->facts().subscribe<module_unload>(
        [&](const module_unload& fact) { facts.push_back("unload " + std::string(fact.module)); });
    ASSERT_TRUE(load("mod_good").has_value());
    EXPECT_TRUE(mapped("mod_good"));
    EXPECT_EQ(state_of("mod_good"), "running");
    EXPECT_FALSE(load("mod_good").has_value());
    auto done = unload("mod_good");
    EXPECT_TRUE(done.has_value()) << done.error().text;
    EXPECT_FALSE(mapped("mod_good"));
    EXPECT_EQ(copies(), 0U);
    EXPECT_TRUE(pbx->names().names().empty());
    EXPECT_EQ(facts, (std::vector<std::string>{"load mod_good", "unload mod_good"}));
}

TEST_F(lifecycle, dispatch_from_a_modules_handler_runs_inline) {
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    EXPECT_EQ(ask("good_inline").text, "inline");
}

TEST_F(lifecycle, hundred_rounds_of_load_use_and_unload) {
    give("mod_good");
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(load("mod_good").has_value()) << i;
        ASSERT_EQ(ask("good_work").text, "worked") << i;
        auto done = unload("mod_good");
        ASSERT_TRUE(done.has_value()) << i << ": " << done.error().text;
        ASSERT_FALSE(mapped("mod_good")) << i;
    }
}

TEST_F(lifecycle, busy_module_refuses_says_why_and_goes_on) {
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    auto held = pbx->names().find_application("good_app");
    auto refused = unload("mod_good", milliseconds(5));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, errc::busy);
    EXPECT_THAT(refused.error().text, HasSubstr("mod_good is in use: 1 use of what it registered"));
    EXPECT_EQ(state_of("mod_good"), "running");
    EXPECT_EQ(ask("good_work").text, "worked");
    held = {};
    EXPECT_TRUE(unload("mod_good").has_value());
}

TEST_F(lifecycle, needed_module_refuses) {
    give("mod_good");
    give("mod_needs_good");
    EXPECT_FALSE(load("mod_needs_good").has_value());
    ASSERT_TRUE(load("mod_good").has_value());
    ASSERT_TRUE(load("mod_needs_good").has_value());
    auto refused = unload("mod_good");
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().text, HasSubstr("mod_needs_good needs mod_good"));
    EXPECT_TRUE(unload("mod_needs_good").has_value());
    EXPECT_TRUE(unload("mod_good").has_value());
}

TEST_F(lifecycle, unknown_module_cannot_be_unloaded) {
    auto refused = unload("mod_good");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().text, "mod_good is not loaded");
}

TEST_F(lifecycle, reload_starts_the_new_beside_the_old) {
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    auto held = pbx->names().find_command("good_work");
    ASSERT_TRUE(reload("mod_good").has_value());
    EXPECT_EQ(pbx->modules().list().size(), 2U);
    EXPECT_EQ(ask("good_work").text, "worked");  // the new one's
    auto old = run(held->run({}));
    EXPECT_EQ(old.text, "worked");
    held = {};
    EXPECT_TRUE(run_until([&] { return pbx->modules().list().size() == 1; }));
    EXPECT_EQ(copies(), 1U);
    EXPECT_EQ(ask("good_work").text, "worked");
}

TEST_F(lifecycle, failed_reload_changes_nothing) {
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    std::ofstream(path("mod_good")) << "no module any more";
    EXPECT_FALSE(reload("mod_good").has_value());
    EXPECT_EQ(state_of("mod_good"), "running");
    EXPECT_EQ(ask("good_work").text, "worked");
}

TEST_F(lifecycle, exclusive_module_is_replaced_and_comes_back_when_the_new_file_is_bad) {
    give("mod_exclusive");
    ASSERT_TRUE(load("mod_exclusive").has_value());
    auto first = pbx->modules().list().at(0).generation;
    ASSERT_TRUE(reload("mod_exclusive").has_value());
    EXPECT_GT(pbx->modules().list().at(0).generation, first);
    std::ofstream(path("mod_exclusive")) << "no module any more";
    EXPECT_FALSE(reload("mod_exclusive").has_value());
    EXPECT_EQ(state_of("mod_exclusive"), "running");
}

TEST_F(lifecycle, old_exclusive_module_runs_again_when_the_new_one_does_not_start) {
    give("mod_exclusive");
    ASSERT_TRUE(load("mod_exclusive").has_value());
    pbx->config().set_global("refuse_once", "yes");
    auto done = reload("mod_exclusive");
    ASSERT_FALSE(done.has_value());
    EXPECT_THAT(done.error().text, HasSubstr("its port is in use"));
    EXPECT_THAT(done.error().text, HasSubstr("the old one runs again"));
    EXPECT_EQ(state_of("mod_exclusive"), "running");
    EXPECT_EQ(pbx->modules().list().size(), 1U);
    EXPECT_TRUE(unload("mod_exclusive").has_value());
    EXPECT_FALSE(mapped("mod_exclusive"));
}

TEST_F(lifecycle, what_stays_mapped_is_quarantined_and_says_so) {
    give("mod_stays_mapped");
    ASSERT_TRUE(load("mod_stays_mapped").has_value());
    auto done = unload("mod_stays_mapped");
    ASSERT_FALSE(done.has_value());
    EXPECT_THAT(done.error().text, HasSubstr("its code stays mapped"));
    EXPECT_THAT(state_of("mod_stays_mapped"), HasSubstr("quarantined: its code stays mapped"));
    ends_clean = false;
}

TEST_F(lifecycle, coroutine_that_swallows_cancellation_is_waited_for) {
    give("mod_swallows");
    ASSERT_TRUE(load("mod_swallows").has_value());
    auto done = unload("mod_swallows", milliseconds(1));
    ASSERT_FALSE(done.has_value());
    EXPECT_THAT(done.error().text, HasSubstr("1 coroutine: \"stubborn\""));
    EXPECT_TRUE(mapped("mod_swallows"));
    pbx->config().set_global("let_go", "yes");
    EXPECT_TRUE(run_until([&] { return state_of("mod_swallows") == "gone"; }));
    EXPECT_FALSE(mapped("mod_swallows"));
}

TEST_F(lifecycle, forgotten_registrations_go_with_the_module) {
    give("mod_forgets");
    ASSERT_TRUE(load("mod_forgets").has_value());
    EXPECT_TRUE(pbx->facts().wanted<startup>());
    ASSERT_TRUE(unload("mod_forgets").has_value());
    EXPECT_FALSE(pbx->facts().wanted<startup>());
}

TEST_F(lifecycle, running_command_holds_its_module) {
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    auto held = pbx->names().find_command("good_hold");
    bool ended = false;
    boost::asio::co_spawn(pbx->loop(), held->run({}),
                          [&](std::exception_ptr, command_reply) { ended = true; });
    EXPECT_FALSE(unload("mod_good", milliseconds(1)).has_value());
    ask("good_release");
    EXPECT_TRUE(run_until([&] { return ended; }));
    held = {};
    EXPECT_TRUE(unload("mod_good").has_value());
}

}  // namespace

}  // namespace strowger::testing
