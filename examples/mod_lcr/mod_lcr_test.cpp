#include <strowger/testing/test_core.hpp>

#include <gtest/gtest.h>

using namespace strowger;
using strowger::testing::test_core;

namespace {

constexpr std::string_view table = R"(<configuration name="lcr.conf">
<routes>
<route prefix="49" price="0.012" dial="test/dear-${destination_number}"/>
<route prefix="49" price="0.009" dial="test/cheap-${destination_number}"/>
<route prefix="4917" price="0.085" dial="test/mobile-${destination_number}"/>
</routes>
</configuration>)";

class mod_lcr : public ::testing::Test {
protected:
    mod_lcr() {
        pbx.configuration_file("lcr.conf", table);
        EXPECT_EQ(pbx.reloadxml(), "");
        EXPECT_EQ(pbx.load("mod_lcr"), "");
    }
    // The actions of a call to that number, as "application data".
    std::string routed(const std::string& number) {
        auto call = pbx.comes_in("waits");
        call.who->caller().destination_number = number;
        auto plan = pbx.names().find<dialplan>("dialplan/LCR");
        auto found = plan->find_route(*call.who, "default");
        std::string text;
        if (found)
            for (const auto& each : found->actions) text += each.application + " " + each.data;
        else
            text = found.error().text;
        price = std::string(call.who->vars().get("lcr_price"));
        call.who->hangup(hangup_cause::normal_clearing);
        pbx.turn();
        return text;
    }
    test_core pbx;
    std::string price;
};

}  // namespace

TEST_F(mod_lcr, takes_the_cheapest_of_the_longest_prefix) {
    EXPECT_EQ(routed("4930123"),
              "bridge test/cheap-${destination_number}|test/dear-${destination_number}");
    EXPECT_EQ(price, "0.009");
    EXPECT_EQ(routed("49171234"), "bridge test/mobile-${destination_number}");
    EXPECT_EQ(price, "0.085");
    EXPECT_EQ(routed("+4930123"),
              "bridge test/cheap-${destination_number}|test/dear-${destination_number}");
}

TEST_F(mod_lcr, has_no_route_for_others) {
    EXPECT_EQ(routed("33123"), "no prefix of 33123 is in lcr.conf");
    EXPECT_EQ(routed("4"), "no prefix of 4 is in lcr.conf");
    EXPECT_EQ(routed("49,test/evil"), "LCR routes digits only");
    EXPECT_EQ(routed("+"), "LCR routes digits only");
}

TEST_F(mod_lcr, refuses_a_bad_table_and_keeps_the_old_one) {
    pbx.configuration_file("lcr.conf", R"(<configuration name="lcr.conf">
<routes>
<route prefix="x" price="0.1" dial="test/a"/>
<route prefix="1" price="cheap" dial="test/a"/>
<route prefix="2" price="-1" dial="test/a"/>
<route prefix="3" price="1"/>
<route prefix="4" price="1" dial="test/a" colour="red"/>
</routes>
</configuration>)");
    auto said = pbx.reloadxml();
    // strowger.xml begins with a line of its own: the first row is in line 4.
    for (const auto* each : {"strowger.xml:4: prefix=\"x\": expected digits",
                             "strowger.xml:5: price=\"cheap\": expected an amount, as 0.012",
                             "strowger.xml:6: price=\"-1\": expected an amount",
                             "strowger.xml:7: the route for 3 has no dial string",
                             "strowger.xml:8: a route has no attribute \"colour\""})
        EXPECT_NE(said.find(each), std::string::npos) << each << "\nnot in\n" << said;
    EXPECT_EQ(routed("49171234"), "bridge test/mobile-${destination_number}");
}

TEST_F(mod_lcr, takes_a_new_table_at_reloadxml) {
    pbx.configuration_file("lcr.conf", R"(<configuration name="lcr.conf"><routes>
<route prefix="33" price="0" dial="test/free"/></routes></configuration>)");
    EXPECT_EQ(pbx.reloadxml(), "");
    EXPECT_EQ(routed("33123"), "bridge test/free");
    EXPECT_EQ(routed("4930123"), "no prefix of 4930123 is in lcr.conf");
}

TEST(mod_lcr_start, does_not_start_with_a_bad_table) {
    test_core pbx;
    pbx.configuration_file("lcr.conf", R"(<configuration name="lcr.conf"><routes>
<route prefix="" price="1" dial="test/a"/></routes></configuration>)");
    EXPECT_EQ(pbx.reloadxml(), "");  // nobody knows that file yet
    auto why = pbx.load("mod_lcr");
    EXPECT_NE(why.find("strowger.xml:3: prefix=\"\": expected digits"), std::string::npos) << why;
}
