// What follows "sofia/" in a dial string.
#include "profile/target.hpp"

#include <gtest/gtest.h>

using namespace strowger;
using namespace strowger::sofia;
using kind = strowger::sofia::dial_target::kind;

namespace {

TEST(dial_target, contacts_that_sofia_contact_prints) {
    auto t = parse_target(
        "internal/sip:1001@10.0.0.5:5060;ob;transport=tls;fs_path=sip%3A192.0.2.1%3A40000"
        "%3Btransport%3Dtls");
    ASSERT_TRUE(t);
    EXPECT_EQ(t->what, kind::uri);
    EXPECT_EQ(t->profile, "internal");
    EXPECT_EQ(t->uri, "sip:1001@10.0.0.5:5060;ob;transport=tls");
    EXPECT_EQ(t->path, "sip:192.0.2.1:40000;transport=tls");
    EXPECT_EQ(t->parts.user, "1001");
    EXPECT_EQ(t->parts.transport, "tls");
}

TEST(dial_target, without_scheme) {
    auto t = parse_target("external/9196@pbx.example.com:5080");
    ASSERT_TRUE(t);
    EXPECT_EQ(t->uri, "sip:9196@pbx.example.com:5080");
    EXPECT_EQ(t->parts.host, "pbx.example.com");
    EXPECT_EQ(t->parts.port, 5080);
}

TEST(dial_target, registered_user) {
    auto t = parse_target("internal/1001%pbx.example.com");
    ASSERT_TRUE(t);
    EXPECT_EQ(t->what, kind::registered);
    EXPECT_EQ(t->user, "1001");
    EXPECT_EQ(t->domain, "pbx.example.com");
}

TEST(dial_target, gateways) {
    auto t = parse_target("gateway/provider/0049123");
    ASSERT_TRUE(t);
    EXPECT_EQ(t->what, kind::gateway);
    EXPECT_EQ(t->gateway, "provider");
    EXPECT_EQ(t->number, "0049123");
    t = parse_target("gateway/provider/0049123;transport=tls");
    ASSERT_TRUE(t);
    EXPECT_EQ(t->number, "0049123");
    EXPECT_EQ(t->parts.transport, "tls");
}

TEST(dial_target, to_header) {
    auto t = parse_target("internal/1001@192.0.2.1^1001@pbx");
    ASSERT_TRUE(t);
    EXPECT_EQ(t->uri, "sip:1001@192.0.2.1");
    EXPECT_EQ(t->to, "1001@pbx");
}

TEST(dial_target, nonsense) {
    for (auto bad :
         {"", "internal", "internal/", "/x@y", "gateway/", "gateway/x", "gateway/x/", "gateway//1",
          "internal/%domain", "internal/user%", "internal/sip:", "internal/a@b>", "internal/a b@c",
          "internal/a@b;transport=carrier-pigeon", "internal/a@b\r\nX: y",
          "internal/a@b;fs_path=sip%3Ax%0D%0AX", "internal/tel:1@[::1"})
        EXPECT_FALSE(parse_target(bad)) << bad;
}

TEST(dial_target, parameters_go) {
    EXPECT_EQ(without_param("sip:a@b;x=1;FS_PATH=y;z", "fs_path"), "sip:a@b;x=1;z");
    EXPECT_EQ(without_param("sip:a@b", "fs_path"), "sip:a@b");
}

}  // namespace
