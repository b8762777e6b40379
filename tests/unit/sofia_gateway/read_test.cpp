#include "gateway/read.hpp"

#include <gmock/gmock.h>

namespace strowger::sofia {
namespace {

using ::testing::HasSubstr;

config_node param(std::string name, std::string value) {
    config_node out;
    out.name = "param";
    out.attributes = {{"name", std::move(name)}, {"value", std::move(value)}};
    out.where = {std::make_shared<const std::string>("gw.xml"), 7};
    return out;
}

config_node gateway(std::string name, std::vector<config_node> children = {}) {
    config_node out;
    out.name = "gateway";
    out.attributes = {{"name", std::move(name)}};
    out.where = {std::make_shared<const std::string>("gw.xml"), 3};
    out.children = std::move(children);
    return out;
}

std::vector<gateway_settings> read(std::vector<config_node> all, problems& found) {
    config_node parent;
    parent.name = "gateways";
    parent.children = std::move(all);
    return read_gateways(parent, "external", found);
}

TEST(ReadGateways, Defaults) {
    problems found;
    auto all =
        read({gateway("sip.example.com", {param("username", "u"), param("password", "p")})}, found);
    EXPECT_TRUE(found.empty());
    ASSERT_EQ(all.size(), 1u);
    const auto& one = all[0];
    EXPECT_EQ(one.profile, "external");
    EXPECT_EQ(one.realm, "sip.example.com");
    EXPECT_EQ(one.proxy, "sip.example.com");
    EXPECT_EQ(one.register_proxy, "sip.example.com");
    EXPECT_EQ(one.from_domain, "sip.example.com");
    EXPECT_EQ(one.from_user, "u");
    EXPECT_EQ(one.auth_username, "u");
    EXPECT_EQ(one.extension, "u");
    EXPECT_TRUE(one.registers);
    EXPECT_EQ(one.expire_seconds, 3600u);
    EXPECT_EQ(one.retry_seconds, 30u);
    EXPECT_EQ(one.ping_seconds, 0u);
    EXPECT_EQ(one.transport, transport_kind::udp);
}

TEST(ReadGateways, EverythingGiven) {
    config_node inbound, outbound, variable;
    variable.name = "variable";
    variable.attributes = {{"name", "codec"}, {"value", "PCMA"}};
    inbound.name = outbound.name = "variables";
    inbound.attributes = {{"direction", "inbound"}};
    outbound.attributes = {{"direction", "outbound"}};
    inbound.children = {variable};
    variable.attributes[1].second = "PCMU";
    outbound.children = {variable};
    problems found;
    auto all = read(
        {gateway("trunk-1",
                 {param("realm", "r"), param("username", "u"), param("password", "p"),
                  param("auth-username", "au"), param("from-user", "fu"),
                  param("from-domain", "fd"), param("extension", "auto_to_user"),
                  param("proxy", "p:5080"), param("register-proxy", "rp"),
                  param("outbound-proxy", "op"), param("context", "public"),
                  param("register", "false"), param("register-transport", "tls"),
                  param("expire-seconds", "600"), param("retry-seconds", "10"), param("ping", "25"),
                  param("caller-id-in-from", "true"), inbound, outbound})},
        found);
    ASSERT_EQ(all.size(), 1u);
    const auto& one = all[0];
    EXPECT_EQ(one.realm, "r");
    EXPECT_EQ(one.auth_username, "au");
    EXPECT_EQ(one.from_user, "fu");
    EXPECT_EQ(one.from_domain, "fd");
    EXPECT_EQ(one.extension, "auto_to_user");
    EXPECT_EQ(one.proxy, "p:5080");
    EXPECT_EQ(one.register_proxy, "rp");
    EXPECT_EQ(one.outbound_proxy, "op");
    EXPECT_EQ(one.context, "public");
    EXPECT_FALSE(one.registers);
    EXPECT_EQ(one.transport, transport_kind::tls);
    EXPECT_EQ(one.expire_seconds, 600u);
    EXPECT_EQ(one.retry_seconds, 10u);
    EXPECT_EQ(one.ping_seconds, 25u);
    EXPECT_TRUE(one.caller_id_in_from);
    EXPECT_EQ(one.inbound_vars.get("codec"), "PCMA");
    EXPECT_EQ(one.outbound_vars.get("codec"), "PCMU");
}

TEST(ReadGateways, TheProxysTransportCounts) {
    problems found;
    auto all = read(
        {gateway("g", {param("proxy", "sip:h;transport=tls"), param("register", "no")})}, found);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].transport, transport_kind::tls);
}

TEST(ReadGateways, WhatCannotWorkIsNamedAndLeftOut) {
    problems found;
    auto all = read({gateway("has space"), gateway(""), gateway("no-user"),
                     gateway("twice", {param("register", "false")}),
                     gateway("twice", {param("register", "false")})},
                    found);
    EXPECT_EQ(all.size(), 1u);
    ASSERT_EQ(found.size(), 4u);
    for (const auto& one : found) {
        EXPECT_EQ(one.level, severity::error);
        EXPECT_EQ(one.where.text(), "gw.xml:3");
    }
    EXPECT_THAT(found[0].text, HasSubstr("letters, digits"));
    EXPECT_THAT(found[2].text, HasSubstr("username"));
    EXPECT_THAT(found[3].text, HasSubstr("another gateway"));
}

TEST(ReadGateways, UnknownAndLaterParamsAreToldApart) {
    problems found;
    read({gateway("g", {param("register", "false"), param("pasword", "x"), param("ping-max", "3"),
                        param("retry-seconds", "1")})},
         found);
    ASSERT_EQ(found.size(), 3u);
    auto level = [&](std::string_view part) {
        for (const auto& one : found)
            if (one.text.find(part) != std::string::npos) return one.level;
        return severity::error;
    };
    EXPECT_EQ(level("pasword"), severity::warning);
    EXPECT_EQ(level("ping-max"), severity::notice);
}

}  // namespace
}  // namespace strowger::sofia
