#include "bus/make.hpp"
#include "fakes.hpp"
#include "registrar/registrar.hpp"
#include "test_context.hpp"

#include <gmock/gmock.h>

namespace strowger::sofia {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct ContactTest : ::testing::Test {
    testing::test_context core;
    std::unique_ptr<registry_table> names = make_registry_table();
    use_counter counter;
    std::unique_ptr<registry> names_of_test = names->for_module("mod_test", counter);
    fake_directory users;
    fake_configuration config;
    fake_store store{core.manual};
    token provided;

    ContactTest() {
        core.use_registry = names_of_test.get();
        core.use_directory = &users;
        core.use_config = &config;
        users.add("1001", "example.com");
        provided =
            std::move(*names_of_test->provide<registration_store>("registration_store/1", store));
    }
    binding make(std::string contact, std::string transport,
                 std::string source = "192.0.2.1:5060") {
        binding out;
        out.user = "1001";
        out.domain = "example.com";
        out.profile = "internal";
        out.contact = std::move(contact);
        out.transport = std::move(transport);
        out.source = std::move(source);
        out.expires = core.manual.wall() + seconds(60);
        return out;
    }
    std::string text(std::string contact, std::string transport,
                     std::string source = "192.0.2.1:5060") {
        return contact_text(make(std::move(contact), std::move(transport), std::move(source)));
    }
    std::string ask(std::string_view args) {
        return sofia_contact(core, args, {"internal", "external"});
    }
};

TEST_F(ContactTest, TheSocketSaysWhatTransportItIs) {
    // with the parameter
    EXPECT_EQ(text("sip:1001@192.0.2.1:5060;transport=tls", "tls"),
              "sofia/internal/sip:1001@192.0.2.1:5060;transport=tls");
    // without it
    EXPECT_EQ(text("sip:1001@192.0.2.1:5060", "tls"),
              "sofia/internal/sip:1001@192.0.2.1:5060;transport=tls");
    // sips:
    EXPECT_EQ(text("sips:1001@192.0.2.1:5060", "tls"),
              "sofia/internal/sip:1001@192.0.2.1:5060;transport=tls");
    // a false one over UDP
    EXPECT_EQ(text("sip:1001@192.0.2.1:5060;transport=tls;ob", "udp"),
              "sofia/internal/sip:1001@192.0.2.1:5060;ob");
    EXPECT_EQ(text("sips:1001@192.0.2.1:5060", "udp"), "sofia/internal/sip:1001@192.0.2.1:5060");
    EXPECT_EQ(text("sip:1001@192.0.2.1:5060;TRANSPORT=UDP", "tcp"),
              "sofia/internal/sip:1001@192.0.2.1:5060;transport=tcp");
}

TEST_F(ContactTest, AFalseTransportNeitherAddsNorTakesEncryption) {
    // TLS claimed over TCP: the keys of the media would be offered in the clear.
    EXPECT_EQ(text("sip:1001@192.0.2.1:5060;transport=tls", "tcp"),
              "sofia/internal/sip:1001@192.0.2.1:5060;transport=tcp");
    EXPECT_EQ(text("sips:1001@192.0.2.1:5060;transport=TLS", "tcp"),
              "sofia/internal/sip:1001@192.0.2.1:5060;transport=tcp");
    EXPECT_EQ(text("sip:1001@10.0.0.5:5061;transport=tls", "tcp", "192.0.2.1:30000"),
              "sofia/internal/sip:1001@10.0.0.5:5061;transport=tcp;"
              "fs_path=sip%3A192.0.2.1%3A30000%3Btransport%3Dtcp");
    // UDP and TCP said over TLS: the media would go in the clear.
    for (const auto* said : {"udp", "tcp", "UDP", "Tcp"}) {
        EXPECT_EQ(text(cat("sip:1001@192.0.2.1:5061;transport=", said), "tls", "192.0.2.1:5061"),
                  "sofia/internal/sip:1001@192.0.2.1:5061;transport=tls");
        EXPECT_EQ(
            text(cat("sip:1001@10.0.0.5:5060;transport=", said, ";ob"), "tls", "192.0.2.1:30000"),
            "sofia/internal/sip:1001@10.0.0.5:5060;ob;transport=tls;"
            "fs_path=sip%3A192.0.2.1%3A30000%3Btransport%3Dtls");
    }
}

TEST_F(ContactTest, NothingInAContactLooksLikeTls) {
    for (const auto* contact :
         {"sip:transport=tls@192.0.2.1", "sip:1001@192.0.2.1;x=transport=tls",
          "sip:1001@192.0.2.1;xtransport=tls", "sip:1001@192.0.2.1?X=transport=tls",
          "sip:1001@192.0.2.1;tRaNsPoRt=tls", "sip:1001:transport=tls@192.0.2.1",
          "sip:transport%3Dtls@192.0.2.1", "sip:1001@192.0.2.1;fs_path=sip:x;transport=tls"})
        EXPECT_THAT(text(contact, "udp"), Not(HasSubstr("transport=tls"))) << contact;
}

TEST_F(ContactTest, AContactCannotAddADestination) {
    auto hostile = text("sip:a,sofia/gateway/provider/0900@h;b,c|d='e;{x=1}[y=2]${z};:_:q", "udp");
    EXPECT_EQ(hostile.find_first_of(",|'{}[]$^<>\""), std::string::npos) << hostile;
    EXPECT_EQ(hostile.find(":_:"), std::string::npos) << hostile;
}

TEST_F(ContactTest, BehindNatItSaysWhereItCameFrom) {
    EXPECT_EQ(text("sip:1001@10.0.0.5:5060", "udp", "192.0.2.1:30000"),
              "sofia/internal/sip:1001@10.0.0.5:5060;fs_path=sip%3A192.0.2.1%3A30000");
    EXPECT_EQ(text("sip:1001@10.0.0.5:5061;transport=tls", "tls", "192.0.2.1:30000"),
              "sofia/internal/sip:1001@10.0.0.5:5061;transport=tls;"
              "fs_path=sip%3A192.0.2.1%3A30000%3Btransport%3Dtls");
    auto proxied = make("sip:1001@10.0.0.5", "udp");
    proxied.path = "<sip:edge.example.com;lr>, <sip:b>";
    EXPECT_EQ(contact_text(proxied),
              "sofia/internal/sip:1001@10.0.0.5;fs_path=sip%3Aedge.example.com%3Blr");
}

TEST_F(ContactTest, TheCommand) {
    EXPECT_EQ(ask("1001@example.com"), "error/user_not_registered");
    store.all.push_back(make("sip:1001@192.0.2.1:5060", "udp"));
    store.all.push_back(make("sip:1001@192.0.2.1:5061", "tls", "192.0.2.1:5061"));
    store.all.push_back(make("sip:1001@192.0.2.7:5080", "udp", "192.0.2.7:5080"));
    store.all.back().profile = "external";
    store.all.back().user_agent = "Softphone/2";
    auto first = std::string("sofia/internal/sip:1001@192.0.2.1:5060");
    auto second = std::string("sofia/internal/sip:1001@192.0.2.1:5061;transport=tls");
    auto third = std::string("sofia/external/sip:1001@192.0.2.7:5080");
    EXPECT_EQ(ask("1001@example.com"), first + "," + second + "," + third);
    EXPECT_EQ(ask(" 1001 "), first + "," + second + "," + third);
    EXPECT_EQ(ask("*/1001@example.com"), first + "," + second + "," + third);
    EXPECT_EQ(ask("internal/1001@example.com"), first + "," + second);
    EXPECT_EQ(ask("external/1001"), third);
    EXPECT_EQ(ask("1001@example.com~softphone"), third);
    EXPECT_EQ(ask("nowhere/1001"), "error/user_not_registered");
    EXPECT_EQ(sofia_contact(core, "1001", {"internal"}), first + "," + second);
    for (const auto* odd : {"", "@", "/", "*/", "@example.com", "1002", "1001@other", "~x"})
        EXPECT_EQ(ask(odd), "error/user_not_registered") << odd;
    core.manual.advance(seconds(60));
    EXPECT_EQ(ask("1001@example.com"), "error/user_not_registered");
    provided.reset();
    EXPECT_EQ(ask("1001@example.com"), "error/user_not_registered");
}

TEST_F(ContactTest, EveryTextLeadsBackToItsBinding) {
    for (const auto* contact :
         {"sip:1001@192.0.2.1:5060", "sips:1001@10.0.0.5", "sip:1001-0x55aa@10.0.0.5:5070;ob",
          "sip:a,b@h;x=y,z", "sip:[2001:db8::1]:5060", "sip:x%40y@10.0.0.9"})
        store.all.push_back(make(contact, "tls", "192.0.2.1:50001"));
    auto odd = make("sip:z@10.0.0.1", "udp");
    odd.user = "o'neil, the @ 1st";
    store.all.push_back(odd);
    for (const auto& one : store.all) {
        auto whole = contact_text(one);
        EXPECT_EQ(whole.find(','), std::string::npos);
        auto found = find_binding(core, "internal", whole.substr(whole.find("sip:")));
        ASSERT_TRUE(found) << whole;
        EXPECT_EQ(found->contact, one.contact);
        EXPECT_EQ(find_binding(core, "internal", whole)->contact, one.contact);
        EXPECT_FALSE(find_binding(core, "external", whole));
    }
    EXPECT_FALSE(find_binding(core, "internal", "sip:1001@198.51.100.1"));
    EXPECT_FALSE(find_binding(core, "internal", "sip:x;fs_aor=nobody"));
    EXPECT_FALSE(find_binding(core, "internal", ""));
}

}  // namespace
}  // namespace strowger::sofia
