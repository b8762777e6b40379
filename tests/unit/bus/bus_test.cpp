#include <strowger/testing/captured_log.hpp>

#include "bus/make.hpp"

#include <strowger/events.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace strowger::testing {

namespace {

struct first_fact {
    static constexpr std::string_view name = "FIRST";
    int number;
    void fields(field_sink& out) const { out.field("Number", std::to_string(number)); }
};
struct second_fact {
    static constexpr std::string_view name = "SECOND";
    void fields(field_sink&) const {}
};

struct text_sink final : field_sink {
    std::string text;
    void field(std::string_view name, std::string_view value) override {
        text += cat(name, ": ", value, "\n");
    }
};

class bus_test : public ::testing::Test {
protected:
    captured_log log_;
    logger logger_{"core", log_};
    std::unique_ptr<bus> bus_ = make_bus(logger_);
    std::vector<std::string> heard_;
};

TEST_F(bus_test, fact_is_told_to_its_subscribers_in_order) {
    auto one = bus_->subscribe<first_fact>(
        [&](const first_fact& fact) { heard_.push_back("one " + std::to_string(fact.number)); });
    auto two = bus_->subscribe<first_fact>(
        [&](const first_fact& fact) { heard_.push_back("two " + std::to_string(fact.number)); });
    bus_->publish(first_fact{7});
    bus_->publish(second_fact{});
    EXPECT_EQ(heard_, (std::vector<std::string>{"one 7", "two 7"}));
}

TEST_F(bus_test, only_what_somebody_hears_is_wanted) {
    EXPECT_FALSE(bus_->wanted<first_fact>());
    auto one = bus_->subscribe<first_fact>([](const first_fact&) {});
    EXPECT_TRUE(bus_->wanted<first_fact>());
    EXPECT_FALSE(bus_->wanted<second_fact>());
    one.reset();
    EXPECT_FALSE(bus_->wanted<first_fact>());
    auto all = bus_->subscribe_named("", [](const fact_view&) {});
    EXPECT_TRUE(bus_->wanted<second_fact>());
}

TEST_F(bus_test, empty_name_hears_all_as_text) {
    text_sink out;
    auto all = bus_->subscribe_named("", [&](const fact_view& view) {
        heard_.emplace_back(view.name());
        view.fields(out);
    });
    bus_->publish(first_fact{3});
    bus_->publish(second_fact{});
    EXPECT_EQ(heard_, (std::vector<std::string>{"FIRST", "SECOND"}));
    EXPECT_EQ(out.text, "Number: 3\n");
}

TEST_F(bus_test, subscriber_may_leave_while_it_hears) {
    token one, two;
    std::string kept = "a text that must live until the handler returns";
    one = bus_->subscribe<first_fact>([&, kept](const first_fact&) {
        one.reset();
        two.reset();
        heard_.push_back(kept);
    });
    two = bus_->subscribe<first_fact>([&](const first_fact&) { heard_.push_back("two"); });
    bus_->publish(first_fact{1});
    bus_->publish(first_fact{2});
    EXPECT_EQ(heard_, std::vector<std::string>{kept});
    EXPECT_FALSE(bus_->wanted<first_fact>());
}

TEST_F(bus_test, subscriber_may_publish_and_subscribe_while_it_hears) {
    std::vector<token> more;
    auto one = bus_->subscribe<first_fact>([&](const first_fact& fact) {
        heard_.push_back(std::to_string(fact.number));
        if (fact.number == 0) return;
        more.push_back(bus_->subscribe<first_fact>([&](const first_fact& inner) {
            heard_.push_back("new " + std::to_string(inner.number));
        }));
        bus_->publish(first_fact{fact.number - 1});
    });
    bus_->publish(first_fact{1});
    // Who subscribed during fact 1 hears fact 0, which was published later, but not fact 1.
    EXPECT_EQ(heard_, (std::vector<std::string>{"1", "0", "new 0"}));
}

TEST_F(bus_test, exception_is_logged_and_disturbs_nobody) {
    auto one = bus_->subscribe<first_fact>(
        [](const first_fact&) { throw std::runtime_error("out of paper"); });
    auto two = bus_->subscribe<first_fact>([](const first_fact&) { throw 5; });
    auto three = bus_->subscribe<first_fact>([&](const first_fact&) { heard_.push_back("three"); });
    bus_->publish(first_fact{1});
    EXPECT_EQ(heard_, std::vector<std::string>{"three"});
    EXPECT_TRUE(log_.contains("a subscriber of FIRST threw: out of paper"));
    EXPECT_TRUE(log_.contains("an exception of an unknown type"));
}

TEST_F(bus_test, thousand_names_are_told_apart) {
    std::vector<token> tokens;
    std::vector<int> counts(1000);
    for (std::size_t i = 0; i < 1000; ++i)
        tokens.push_back(bus_->subscribe_named("CUSTOM::" + std::to_string(i),
                                               [&counts, i](const fact_view&) { ++counts[i]; }));
    bus_->publish(first_fact{1});
    tokens.push_back(bus_->subscribe<first_fact>([&](const first_fact&) { ++counts[0]; }));
    bus_->publish(first_fact{1});
    EXPECT_EQ(counts[0], 1);
    for (std::size_t i = 1; i < 1000; ++i) EXPECT_EQ(counts[i], 0);
}

TEST_F(bus_test, view_takes_its_subscriptions_along) {
    auto view = make_bus_view(*bus_);
    auto forgotten = view->subscribe<first_fact>([&](const first_fact&) { heard_.push_back("f"); });
    auto returned = view->subscribe<first_fact>([&](const first_fact&) { heard_.push_back("r"); });
    returned.reset();
    view->publish(first_fact{1});
    EXPECT_EQ(heard_, std::vector<std::string>{"f"});
    auto owner_gone = new token(std::move(forgotten));
    view.reset();
    EXPECT_FALSE(bus_->wanted<first_fact>());
    ::operator delete(owner_gone);  // its view is gone: the token is not to be used any more
}

TEST_F(bus_test, core_facts_have_freeswitchs_headers) {
    text_sink out;
    module_load{"mod_x", "/lib/mod_x.so"}.fields(out);
    loop_held{"mod_y", 80}.fields(out);
    startup{}.fields(out);
    EXPECT_EQ(out.text,
              "type: module\nname: mod_x\nkey: mod_x\nfilename: /lib/mod_x.so\n"
              "Module: mod_y\nHeld-Milliseconds: 80\nEvent-Info: System Ready\n");
}

}  // namespace

}  // namespace strowger::testing
