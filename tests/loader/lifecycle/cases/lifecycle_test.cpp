// Loading, using, reloading and really unloading.
#include "../giver.hpp"
#include "core_fixture.hpp"

#include "loader/private_copy.hpp"

#include <strowger/abi.hpp>
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

TEST_F(lifecycle, reload_reads_the_configuration_anew) {
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    configure_modules("<load module=\"mod_good\"/>");
    std::ofstream(base_ + "/conf/strowger.xml", std::ios::trunc) << "<document><section";
    auto refused = reload("mod_good");
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(
        refused.error().text,
        HasSubstr("mod_good is not reloaded: the configuration has an error: strowger.xml:1"));
    EXPECT_EQ(pbx->modules().list().size(), 1U);
    EXPECT_EQ(state_of("mod_good"), "running");
    std::ofstream(base_ + "/conf/strowger.xml", std::ios::trunc)
        << "<document type=\"freeswitch/xml\"><section name=\"configuration\">"
        << "<configuration name=\"new.conf\"/></section></document>";
    EXPECT_EQ(pbx->config().current()->file("new.conf"), nullptr);
    ASSERT_TRUE(reload("mod_good").has_value());
    EXPECT_NE(pbx->config().current()->file("new.conf"), nullptr);
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

TEST_F(lifecycle, coroutine_that_swallows_cancellation_is_named_and_quarantined_until_it_ends) {
    give("mod_swallows");
    ASSERT_TRUE(load("mod_swallows").has_value());
    auto done = unload("mod_swallows", milliseconds(1));
    ASSERT_FALSE(done.has_value());
    EXPECT_THAT(done.error().text, HasSubstr("1 coroutine: \"stubborn\""));
    EXPECT_TRUE(run_until([&] { return state_of("mod_swallows").starts_with("quarantined: "); },
                          seconds(20)));
    EXPECT_THAT(state_of("mod_swallows"),
                HasSubstr("it was told to stop and does not end: 1 coroutine: \"stubborn\""));
    EXPECT_TRUE(mapped("mod_swallows"));
    pbx->config().set_global("let_go", "yes");
    EXPECT_TRUE(run_until([&] { return state_of("mod_swallows") == "gone"; }));
    EXPECT_FALSE(mapped("mod_swallows"));
}

TEST_F(lifecycle, a_thread_that_was_left_is_named_and_quarantined) {
    give("mod_keeps_thread");
    ASSERT_TRUE(load("mod_keeps_thread").has_value());
    auto done = unload("mod_keeps_thread");
    ASSERT_FALSE(done.has_value());
    EXPECT_THAT(done.error().text, HasSubstr("a thread that it started ("));
    EXPECT_THAT(state_of("mod_keeps_thread"), HasSubstr("quarantined: a thread that it started"));
    EXPECT_TRUE(mapped("mod_keeps_thread"));
    // Another generation may run beside it.
    EXPECT_TRUE(load("mod_keeps_thread").has_value());
    ends_clean = false;
}

TEST_F(lifecycle, a_thread_that_answers_nobody_is_found_by_its_stack_and_blamed_on_its_own_module) {
    pbx->config().set_global("block_signals", "yes");
    give("mod_keeps_thread");
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    ASSERT_TRUE(load("mod_keeps_thread").has_value());
    auto done = unload("mod_keeps_thread");
    ASSERT_FALSE(done.has_value());
    EXPECT_THAT(done.error().text, HasSubstr("a thread that it started ("));
    // It was mapped before that thread began; the thread is not inside it.
    auto other = unload("mod_good");
    EXPECT_TRUE(other.has_value()) << other.error().text;
    // Mapped after: its own threads are others.
    ASSERT_TRUE(load("mod_good").has_value());
    EXPECT_TRUE(unload("mod_good").has_value());
    ends_clean = false;
}

TEST_F(lifecycle, a_handler_that_posts_itself_for_ever_is_waited_for_and_told) {
    give("mod_posts_forever");
    ASSERT_TRUE(load("mod_posts_forever").has_value());
    auto done = unload("mod_posts_forever", milliseconds(1));
    ASSERT_FALSE(done.has_value());
    EXPECT_THAT(done.error().text, HasSubstr("1 handler that waits"));
    pbx->config().set_global("let_go", "yes");
    EXPECT_TRUE(run_until([&] { return state_of("mod_posts_forever") == "gone"; }));
    EXPECT_FALSE(mapped("mod_posts_forever"));
}

TEST_F(lifecycle, what_was_handed_out_keeps_its_module_mapped) {
    give("mod_hands_out");
    ASSERT_TRUE(load("mod_hands_out").has_value());
    auto out = pbx->names().find<giver>("giver/1")->give();
    auto refused = unload("mod_hands_out", milliseconds(5));
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().text, HasSubstr("1 use of what it registered"));
    EXPECT_TRUE(mapped("mod_hands_out"));
    out.reset();
    EXPECT_TRUE(unload("mod_hands_out").has_value());
    EXPECT_FALSE(mapped("mod_hands_out"));
}

TEST_F(lifecycle, a_file_overwritten_while_it_runs_harms_nobody) {
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    {
        // In place: the same inode, as `cp` over it does.
        std::fstream file(path("mod_good"), std::ios::in | std::ios::out | std::ios::binary);
        std::string nothing(std::filesystem::file_size(path("mod_good")), '\0');
        file << nothing;
    }
    EXPECT_EQ(ask("good_work").text, "worked");
    std::filesystem::remove(path("mod_good"));
    EXPECT_EQ(ask("good_work").text, "worked");
    EXPECT_FALSE(reload("mod_good").has_value());
    EXPECT_EQ(ask("good_work").text, "worked");
    EXPECT_TRUE(unload("mod_good").has_value());
}

TEST_F(lifecycle, a_path_is_loaded_where_allowed_and_reloaded_from_there) {
    configure_modules("", "<param name=\"allow-absolute-paths\" value=\"true\"/>");
    std::filesystem::create_directory(base_ + "/mine");
    auto file = base_ + "/mine/mod_good.so";
    std::filesystem::copy_file(std::string(TEST_MODULES) + "/mod_good.so", file);
    auto loaded = load(file);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
    EXPECT_EQ(pbx->modules().list().at(0).file, file);
    give("mod_good");
    EXPECT_THAT(load("mod_good").error().text, HasSubstr("is loaded already"));
    auto done = reload("mod_good");
    EXPECT_TRUE(done.has_value()) << done.error().text;
    EXPECT_EQ(pbx->modules().list().back().file, file);
    EXPECT_TRUE(run_until([&] { return pbx->modules().list().size() == 1; }));
    EXPECT_TRUE(unload("mod_good").has_value());
}

TEST_F(lifecycle, a_row_tells_what_an_operator_asks) {
    give("mod_good");
    give("mod_needs_good");
    ASSERT_TRUE(load("mod_good").has_value());
    ASSERT_TRUE(load("mod_needs_good").has_value());
    // Its other coroutine ends within a millisecond.
    EXPECT_TRUE(run_until([&] { return pbx->modules().list().at(0).coroutines.size() == 1; }));
    auto row = pbx->modules().list().at(0);
    EXPECT_EQ(row.name, "mod_good");
    EXPECT_EQ(row.version, "1.0");
    EXPECT_EQ(row.tag, STROWGER_ABI_TAG);
    EXPECT_EQ(row.file, path("mod_good"));
    EXPECT_TRUE(row.side_by_side);
    EXPECT_GT(row.load_time.count(), 0);
    EXPECT_LT(row.load_time, seconds(10));
    EXPECT_GT(row.mapped_bytes, 100'000U);
    EXPECT_EQ(row.coroutines, std::vector<std::string>{"ticker"});
    EXPECT_EQ(row.work, 1);
    EXPECT_EQ(row.uses, row.leases + row.handlers + row.work);
    EXPECT_EQ(row.needed_by, std::vector<std::string>{"mod_needs_good"});
    EXPECT_EQ(pbx->modules().list().at(1).needs, std::vector<std::string>{"mod_good"});
    EXPECT_TRUE(unload("mod_needs_good").has_value());
}

TEST_F(lifecycle, an_exclusive_module_waits_for_its_users_as_long_as_told) {
    give("mod_exclusive");
    ASSERT_TRUE(load("mod_exclusive").has_value());
    auto held = pbx->names().find_command("exclusive_command");
    ASSERT_TRUE(held);
    EXPECT_THAT(run(pbx->modules().reload("mod_exclusive", false, milliseconds(0))).error().text,
                HasSubstr("is in use: 1 use of what it registered"));
    bool ended = false;
    boost::asio::co_spawn(pbx->loop(),
                          pbx->modules().reload("mod_exclusive", false, milliseconds(20000)),
                          [&](std::exception_ptr, result<void> outcome) {
                              EXPECT_TRUE(outcome.has_value());
                              ended = true;
                          });
    EXPECT_FALSE(run_until([&] { return ended; }, milliseconds(50)));
    held = {};
    EXPECT_TRUE(run_until([&] { return ended; }));
    EXPECT_TRUE(unload("mod_exclusive").has_value());
}

TEST_F(lifecycle, forgotten_registrations_go_with_the_module_and_are_named) {
    give("mod_forgets");
    ASSERT_TRUE(load("mod_forgets").has_value());
    EXPECT_TRUE(pbx->facts().wanted<startup>());
    ASSERT_TRUE(unload("mod_forgets").has_value());
    EXPECT_FALSE(pbx->facts().wanted<startup>());
    EXPECT_TRUE(log.contains("did not take back the command forgotten, 1 subscription, 1 alarm"));
    give("mod_good");
    ASSERT_TRUE(load("mod_good").has_value());
    ASSERT_TRUE(unload("mod_good").has_value());
    for (const auto& record : log.records())
        EXPECT_TRUE(record.module != "mod_good" || record.level > log_level::warning)
            << record.text;
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

// A container's PBX is always process 1.
TEST_F(lifecycle, copies_of_a_dead_process_of_the_same_number_are_removed) {
    auto old = base_ + "/other";
    auto mine = old + "/modules-" + std::to_string(::getpid());
    std::filesystem::create_directories(mine);
    std::ofstream(mine + "/mod_good-1.so") << "old";
    copy_folder folder(old);
    EXPECT_TRUE(folder.write("mod_good", {}).has_value());
}

TEST_F(lifecycle, a_run_directory_behind_a_link_is_named_as_the_process_map_does) {
    std::filesystem::create_directories(base_ + "/real");
    std::filesystem::create_directory_symlink(base_ + "/real", base_ + "/link");
    EXPECT_EQ(copy_folder(base_ + "/link").path(),
              base_ + "/real/modules-" + std::to_string(::getpid()));
}

TEST_F(lifecycle, an_exclusive_module_never_runs_twice) {
    configure_modules("", "<param name=\"allow-absolute-paths\" value=\"true\"/>");
    give("mod_exclusive");
    ASSERT_TRUE(load("mod_exclusive").has_value());
    std::size_t most = 0, ended = 0;
    auto note = [&](std::exception_ptr, result<void>) {
        ++ended;
        std::size_t running = 0;
        for (const auto& row : pbx->modules().list()) running += row.state == "running" ? 1 : 0;
        most = std::max(most, running);
    };
    for (int i = 0; i < 10; ++i) {
        boost::asio::co_spawn(
            pbx->loop(), pbx->modules().reload("mod_exclusive", false, milliseconds(1000)), note);
        boost::asio::co_spawn(pbx->loop(), pbx->modules().load(path("mod_exclusive")), note);
    }
    ASSERT_TRUE(run_until([&] { return ended == 20; }));
    EXPECT_EQ(most, 1U);
    EXPECT_TRUE(unload("mod_exclusive").has_value());
}

}  // namespace

}  // namespace strowger::testing
