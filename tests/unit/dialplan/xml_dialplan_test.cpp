#include "xml_dialplan.hpp"
#include "fake_channel.hpp"
#include "test_context.hpp"

#include "bus/make.hpp"
#include "config/make.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace strowger::dialplan_xml {
namespace {

struct a_dialplan : ::testing::Test {
    a_dialplan() {
        folder = ::testing::TempDir() + "strowger-dialplan-XXXXXX";
        if (!::mkdtemp(folder.data())) std::abort();
        context.use_registry = registry.get();
        self.caller().destination_number = "1000";
    }
    ~a_dialplan() override { std::filesystem::remove_all(folder); }

    void load(const std::string& extensions) {
        std::ofstream(folder + "/strowger.xml")
            << "<document><section name=\"dialplan\"><context name=\"default\">" << extensions
            << "</context></section></document>";
        config_options options;
        options.conf_dir = folder;
        auto config = make_configuration(options, context.log());
        problems found;
        ASSERT_TRUE(config->reload(found));
        dialplan.load(*config->current());
    }
    // An inline application that sets a variable to its data.
    token add_set(bool inline_allowed = true) {
        application set;
        set.name = "set";
        set.inline_allowed = inline_allowed;
        set.run = [](channel& on, std::string data) -> task<> {
            on.vars().set(data.substr(0, data.find('=')), data.substr(data.find('=') + 1));
            co_return;
        };
        return *registry->add(set);
    }

    std::string folder;
    testing::test_context context{"mod_dialplan"};
    use_counter uses;
    std::unique_ptr<registry_table> table = make_registry_table();
    std::unique_ptr<strowger::registry> registry = table->for_module("mod_test", uses);
    testing::fake_channel self;
    xml_dialplan dialplan{context};
};

TEST_F(a_dialplan, has_no_context_before_it_is_loaded) {
    auto found = dialplan.find_route(self, "default");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, errc::not_found);
}

TEST_F(a_dialplan, reads_the_callers_fields_and_the_channels_variables) {
    load(R"(<extension name="a">
      <condition field="destination_number" expression="^(10..)$"/>
      <condition field="uuid" expression="^0000-"/>
      <condition field="${color}" expression="^(r.*)$">
        <action application="bridge" data="user/$1@${color}"/></condition></extension>)");
    self.vars().set("color", "red");
    auto found = dialplan.find_route(self, "default");
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_EQ(found->extension, "a");
    ASSERT_EQ(found->actions.size(), 1U);
    EXPECT_EQ(found->actions[0].data, "user/red@${color}");
}

TEST_F(a_dialplan, takes_a_new_tree) {
    load(R"(<extension name="a"><condition><action application="x"/></condition></extension>)");
    EXPECT_EQ(dialplan.find_route(self, "default")->extension, "a");
    load(R"(<extension name="b"><condition><action application="x"/></condition></extension>)");
    EXPECT_EQ(dialplan.find_route(self, "default")->extension, "b");
}

const std::string inline_set = R"(<extension name="a">
  <condition><action application="set" data="it=${who}" inline="true"/></condition>
  <condition field="${it}" expression="^me$"><action application="x"/></condition></extension>)";

TEST_F(a_dialplan, runs_inline_applications_in_the_hunt) {
    auto kept = add_set();
    self.vars().set("who", "me");
    load(inline_set);
    EXPECT_TRUE(dialplan.find_route(self, "default"));
    EXPECT_EQ(self.vars().get("it"), "me");
    EXPECT_EQ(uses.count(), 0);
}

TEST_F(a_dialplan, refuses_applications_that_may_not_run_inline_and_goes_on) {
    auto kept = add_set(false);
    load(inline_set);
    EXPECT_FALSE(dialplan.find_route(self, "default"));
    EXPECT_EQ(self.vars().find("it"), nullptr);
    EXPECT_EQ(self.state(), channel_state::routing);
    EXPECT_TRUE(context.captured.contains("cannot be executed inline"));
}

TEST_F(a_dialplan, ends_the_call_when_an_inline_application_is_not_there) {
    load(inline_set);
    auto found = dialplan.find_route(self, "default");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, errc::closed);
    EXPECT_EQ(self.cause(), hangup_cause::destination_out_of_order);
}

TEST_F(a_dialplan, ends_the_call_when_an_inline_application_throws) {
    application broken;
    broken.name = "set";
    broken.inline_allowed = true;
    broken.run = [](channel&, std::string) -> task<> {
        throw std::runtime_error("broken");
        co_return;
    };
    auto kept = *registry->add(broken);
    load(inline_set);
    EXPECT_EQ(dialplan.find_route(self, "default").error().code, errc::closed);
    EXPECT_TRUE(context.captured.contains("failed inline: broken"));
    EXPECT_EQ(uses.count(), 0);
}

TEST_F(a_dialplan, cancels_an_inline_application_that_waits) {
    bool unwound = false;
    struct mark {
        bool& flag;
        ~mark() { flag = true; }
    };
    application slow;
    slow.name = "set";
    slow.inline_allowed = true;
    slow.run = [&unwound](channel&, std::string) -> task<> {
        mark here{unwound};
        auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer timer(executor, steady_time::max());
        co_await timer.async_wait(boost::asio::use_awaitable);
    };
    auto kept = *registry->add(slow);
    load(inline_set);
    EXPECT_FALSE(dialplan.find_route(self, "default"));
    EXPECT_TRUE(unwound);
    EXPECT_TRUE(context.captured.contains("waits, which it must not do inline"));
    EXPECT_EQ(uses.count(), 0);
}

}  // namespace
}  // namespace strowger::dialplan_xml
