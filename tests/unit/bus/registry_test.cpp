#include "bus/make.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strowger::testing {

namespace {

class plain_counter final : public use_counter {};

struct talker {
    std::string text;
};

class registry_test : public ::testing::Test {
protected:
    static application app(std::string help) {
        application made;
        made.name = "echo";
        made.help = std::move(help);
        return made;
    }
    std::string help_of_echo() {
        auto found = first_->find_application("echo");
        return found ? found->help : "nothing";
    }

    plain_counter one_, two_, other_;
    std::unique_ptr<registry_table> table_ = make_registry_table();
    std::unique_ptr<registry> first_ = table_->for_module("mod_a", one_);
    std::unique_ptr<registry> second_ = table_->for_module("mod_a", two_);
    std::unique_ptr<registry> stranger_ = table_->for_module("mod_b", other_);
};

TEST_F(registry_test, what_was_added_is_found_until_its_token_goes) {
    EXPECT_FALSE(first_->find_application("echo"));
    auto held = first_->add(app("a")).value();
    EXPECT_EQ(help_of_echo(), "a");
    held.reset();
    EXPECT_EQ(help_of_echo(), "nothing");
}

TEST_F(registry_test, leases_are_counted_and_outlive_the_registration) {
    auto held = first_->add(app("a")).value();
    EXPECT_EQ(one_.count(), 0);
    auto lease = stranger_->find_application("echo");
    EXPECT_EQ(one_.count(), 1);
    EXPECT_EQ(other_.count(), 0);
    auto again = lease;
    EXPECT_EQ(one_.count(), 2);
    held.reset();
    EXPECT_EQ(lease->help, "a");
    lease = {};
    again = {};
    EXPECT_EQ(one_.count(), 0);
}

TEST_F(registry_test, newer_generation_takes_over_and_gives_back) {
    auto old = first_->add(app("old")).value();
    auto fresh = second_->add(app("new")).value();
    EXPECT_EQ(help_of_echo(), "new");
    EXPECT_EQ(two_.count(), 0);
    // The newer one goes first: as if nothing had happened.
    fresh.reset();
    EXPECT_EQ(help_of_echo(), "old");
}

TEST_F(registry_test, older_token_withdraws_nothing_after_the_take_over) {
    auto old = first_->add(app("old")).value();
    auto fresh = second_->add(app("new")).value();
    old.reset();
    EXPECT_EQ(help_of_echo(), "new");
}

TEST_F(registry_test, another_module_is_refused_with_both_names) {
    auto held = first_->add(app("a")).value();
    auto refused = stranger_->add(app("b"));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, errc::already_exists);
    EXPECT_EQ(refused.error().text,
              "the application \"echo\" of mod_b is refused: mod_a has registered that name; "
              "unload one of the two");
    EXPECT_EQ(help_of_echo(), "a");
}

TEST_F(registry_test, interfaces_are_borrowed_and_counted) {
    talker said{"hello"};
    auto held = first_->provide<talker>("talker/1", said).value();
    auto lease = stranger_->find<talker>("talker/1");
    ASSERT_TRUE(lease);
    EXPECT_EQ(lease.get(), &said);
    EXPECT_EQ(one_.count(), 1);
    EXPECT_FALSE(stranger_->find<talker>("talker/2"));
}

TEST_F(registry_test, hidden_names_are_not_found_and_come_back) {
    auto held = first_->add(app("a")).value();
    table_->hide(one_, true);
    EXPECT_EQ(help_of_echo(), "nothing");
    EXPECT_TRUE(first_->names().empty());
    EXPECT_EQ(table_->names_of(one_).size(), 1U);
    table_->hide(one_, false);
    EXPECT_EQ(help_of_echo(), "a");
}

TEST_F(registry_test, dropped_names_leave_their_tokens_without_effect) {
    auto held = first_->add(app("a")).value();
    table_->drop(one_);
    auto other = stranger_->add(app("b")).value();
    held.reset();
    EXPECT_EQ(help_of_echo(), "b");
}

TEST_F(registry_test, kinds_do_not_collide_and_are_listed) {
    command same;
    same.name = "echo";
    same.answer = [](const command_request&) { return command_reply{}; };
    talker said;
    auto one = first_->add(app("a")).value();
    auto two = stranger_->add(same).value();
    auto three = stranger_->provide<talker>("talker/1", said).value();
    std::string list;
    for (const auto& each : first_->names())
        list += each.kind + " " + each.name + " " + each.module + "\n";
    EXPECT_EQ(list, "application echo mod_a\ncommand echo mod_b\ninterface talker/1 mod_b\n");
    EXPECT_EQ(first_->names("command"), std::vector<std::string>{"echo"});
}

TEST_F(registry_test, a_command_either_answers_or_runs) {
    command neither{.name = "neither"};
    auto refused = first_->add(neither);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, errc::invalid_argument);
    EXPECT_EQ(refused.error().text,
              "the command \"neither\" of mod_a is refused: it has to have either answer or run");
}

TEST_F(registry_test, name_is_wanted) {
    auto refused = first_->add(application{});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, errc::invalid_argument);
}

}  // namespace

}  // namespace strowger::testing
