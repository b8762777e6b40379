#include <strowger/config.hpp>

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace strowger {
namespace {

const std::vector<param_spec>& specs() {
    using enum param_type;
    static const std::vector<param_spec> all{
        {"context", text, "default", 0, 0, {}, {}},
        {"tls", boolean, "false", 0, 0, {}, {}},
        {"max", integer, "5", 1, 10, {}, {}},
        {"free", integer, "7", 0, 0, {}, {}},
        {"timer-T1", duration_ms, "500", 10, 10000, {}, {}},
        {"nonce-ttl", duration_s, "60", 1, 86400, {}, {}},
        {"type", choice, "rpid", 0, 0, "rpid|pid|none", {}},
        {"sip-port", port, "5060", 0, 0, {}, {}},
        {"sip-ip", address, "127.0.0.1", 0, 0, {}, {}},
        {"key-password", integer, "0", 1, 2, {}, {}},
    };
    return all;
}

config_node settings(const std::vector<std::pair<std::string, std::string>>& params) {
    config_node parent;
    parent.name = "settings";
    auto file = std::make_shared<const std::string>("a.xml");
    parent.where = {file, 1};
    unsigned line = 1;
    for (const auto& [name, value] : params) {
        auto& node = parent.children.emplace_back();
        node.name = "param";
        node.attributes = {{"name", name}, {"value", value}};
        node.where = {file, ++line};
    }
    return parent;
}

std::string said(const std::string& name, const std::string& value) {
    problems found;
    param_set(settings({{name, value}}), specs(), found, {"later"});
    std::string text;
    for (const auto& each : found) text += to_string(each);
    return text;
}

TEST(param_set, gives_values_and_defaults) {
    problems found;
    auto parent = settings({{"tls", "yes"}, {"max", " 9 "}, {"type", "PID"}, {"max", "3"}});
    param_set params(parent, specs(), found);
    EXPECT_TRUE(found.empty());
    EXPECT_EQ(params.text("context"), "default");
    EXPECT_FALSE(params.given("context"));
    EXPECT_TRUE(params.boolean("tls"));
    EXPECT_EQ(params.integer("max"), 3);
    EXPECT_EQ(params.text("type"), "pid");
    EXPECT_EQ(params.integer("sip-port"), 5060);
    EXPECT_EQ(params.where("max").text(), "a.xml:5");
    EXPECT_EQ(params.where("context").text(), "a.xml:1");
    EXPECT_EQ(params.text("no-such"), "");
}

TEST(param_set, accepts_what_fits) {
    for (auto [name, value] :
         std::vector<std::pair<const char*, const char*>>{{"tls", "true"},
                                                          {"tls", "off"},
                                                          {"tls", "1"},
                                                          {"tls", ""},
                                                          {"max", "10"},
                                                          {"free", "-5"},
                                                          {"timer-T1", "10"},
                                                          {"nonce-ttl", "86400"},
                                                          {"sip-port", "auto"},
                                                          {"sip-port", "65535"},
                                                          {"sip-ip", "2001:db8::1"},
                                                          {"sip-ip", "auto"},
                                                          {"sip-ip", "host:pbx.example.com"},
                                                          {"context", ""}})
        EXPECT_EQ(said(name, value), "") << name << '=' << value;
}

TEST(param_set, says_what_was_expected) {
    EXPECT_EQ(said("tls", "maybe"), "error: a.xml:2: tls is \"maybe\"; expected true or false");
    EXPECT_EQ(said("max", "11"),
              "error: a.xml:2: max is \"11\"; expected a whole number from 1 to 10");
    EXPECT_EQ(said("max", "5x"),
              "error: a.xml:2: max is \"5x\"; expected a whole number from 1 to 10");
    EXPECT_EQ(said("free", "many"), "error: a.xml:2: free is \"many\"; expected a whole number");
    EXPECT_EQ(said("free", "99999999999999999999"),
              "error: a.xml:2: free is \"99999999999999999999\"; expected a whole number");
    EXPECT_EQ(said("timer-T1", "1"),
              "error: a.xml:2: timer-T1 is \"1\"; expected a whole number of "
              "milliseconds from 10 to 10000");
    EXPECT_EQ(said("nonce-ttl", "60s"),
              "error: a.xml:2: nonce-ttl is \"60s\"; expected a whole "
              "number of seconds from 1 to 86400");
    EXPECT_EQ(said("type", "ppid"), "error: a.xml:2: type is \"ppid\"; expected rpid, pid or none");
    EXPECT_EQ(said("sip-port", "65536"),
              "error: a.xml:2: sip-port is \"65536\"; expected a port "
              "from 0 to 65535, or auto");
    EXPECT_EQ(said("sip-ip", "300.1.1.1"),
              "error: a.xml:2: sip-ip is \"300.1.1.1\"; expected an IPv4 or IPv6 address");
}

TEST(param_set, warns_of_unknown_names_and_suggests) {
    EXPECT_EQ(said("sip-prot", "1"),
              "warning: a.xml:2: there is no param \"sip-prot\"; it does "
              "nothing, expected perhaps \"sip-port\"");
    EXPECT_EQ(
        said("utterly-different", "1"),
        "warning: a.xml:2: there is no param \"utterly-different\"; it does nothing, expected "
        "one that this part knows");
    EXPECT_EQ(said("later", "1"), "notice: a.xml:2: not built yet: \"later\" does nothing here");
}

TEST(param_set, never_shows_a_secret) {
    EXPECT_EQ(said("key-password", "hunter2"),
              "error: a.xml:2: key-password is (not shown); "
              "expected a whole number from 1 to 2");
}

TEST(param_set, warns_of_params_without_a_name_or_value) {
    auto parent = settings({{"tls", "true"}, {"", "x"}});
    parent.children[0].attributes[1].first = "data";
    problems found;
    param_set params(parent, specs(), found);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(to_string(found[0]),
              "warning: a.xml:2: <param> without value (\"tls\") does nothing; "
              "expected <param name=\"…\" value=\"…\"/>");
    EXPECT_EQ(to_string(found[1]),
              "warning: a.xml:3: <param> without name does nothing; "
              "expected <param name=\"…\" value=\"…\"/>");
    EXPECT_FALSE(params.given("tls"));
}

}  // namespace
}  // namespace strowger
