#include "tls_material.hpp"

#include "transport/reading_as.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_peer.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace strowger::sofia {
namespace {

using namespace testing;

TEST(tls_versions, words_of_tls_version) {
    auto both = parse_tls_versions("tlsv1.2,tlsv1.3");
    EXPECT_EQ(both.least, TLS1_2_VERSION);
    EXPECT_EQ(both.most, TLS1_3_VERSION);
    EXPECT_TRUE(both.warnings.empty());
    EXPECT_EQ(parse_tls_versions("tlsv1.3").least, TLS1_3_VERSION);
    EXPECT_EQ(parse_tls_versions("TLSv1.2").most, TLS1_2_VERSION);
    EXPECT_EQ(parse_tls_versions("sslv23").most, TLS1_3_VERSION);
    EXPECT_EQ(parse_tls_versions("").least, TLS1_2_VERSION);
}

TEST(tls_versions, old_ones_are_raised_and_unknown_ones_named) {
    auto vanilla = parse_tls_versions("tlsv1,tlsv1.1,tlsv1.2");
    EXPECT_EQ(vanilla.least, TLS1_2_VERSION);
    EXPECT_EQ(vanilla.most, TLS1_2_VERSION);
    ASSERT_EQ(vanilla.warnings.size(), 2u);
    EXPECT_EQ(vanilla.warnings[0],
              "tls-version tlsv1 is not safe: TLS 1.2 is the oldest that is served");
    EXPECT_EQ(parse_tls_versions("tlsv1").least, TLS1_2_VERSION);
    auto odd = parse_tls_versions("tlsv1.2, tls9");
    ASSERT_EQ(odd.warnings.size(), 1u);
    EXPECT_NE(odd.warnings[0].find("\"tls9\" is unknown"), std::string::npos);
}

bool is_for(const std::string& alternative_names, const std::string& name,
            const std::string& common_name = "pbx.example") {
    auto made = make_certificate({common_name, alternative_names});
    return certificate_is_for(made.certificate.get(), name);
}

// RFC 5922, 7.1 and 7.2.
TEST(certificate_names, rfc_5922) {
    EXPECT_TRUE(is_for("URI:sip:example.com", "example.com"));
    EXPECT_TRUE(is_for("URI:SIP:Example.com", "eXample.com"));
    EXPECT_TRUE(is_for("DNS:example.com", "example.com"));
    EXPECT_TRUE(is_for("URI:sip:a.example,DNS:b.example", "b.example"));
    EXPECT_FALSE(is_for("URI:sip:alice@example.com", "example.com"));  // a user, no domain
    EXPECT_FALSE(is_for("URI:sips:example.com", "example.com"));
    EXPECT_FALSE(is_for("URI:https://example.com", "example.com"));
    EXPECT_FALSE(is_for("DNS:example.com", "sip.example.com"));
    EXPECT_FALSE(is_for("DNS:*.example.com", "sip.example.com"));  // no wildcards
    EXPECT_FALSE(is_for("DNS:s*.example.com", "sip.example.com"));
}

TEST(certificate_names, addresses_and_the_common_name) {
    EXPECT_TRUE(is_for("IP:192.0.2.1", "192.0.2.1"));
    EXPECT_TRUE(is_for("IP:2001:db8::1", "2001:db8::1"));
    EXPECT_FALSE(is_for("IP:192.0.2.1", "192.0.2.2"));
    EXPECT_FALSE(is_for("DNS:192.0.2.1", "192.0.2.1"));
    EXPECT_FALSE(is_for("", "pbx.example"));  // only a common name
    EXPECT_FALSE(is_for("DNS:other.example", "pbx.example"));
    EXPECT_FALSE(is_for("DNS:pbx.example", ""));
}

TEST(certificate_names, are_listed_without_control_characters) {
    auto made = make_certificate({"x", "URI:sip:a.example,DNS:b.example,IP:192.0.2.9"});
    EXPECT_EQ(certificate_names(made.certificate.get()),
              (std::vector<std::string>{"sip:a.example", "b.example", "192.0.2.9"}));
}

struct identity : ::testing::Test {
    temporary_folder folder;
    authority by;
    certified_key own = by.sign({.common_name = "pbx", .alternative_names = "DNS:pbx.example"});
    std::string why(const std::string& passphrase = {}) {
        auto loaded = load_identity(folder.path(), passphrase, true);
        return loaded ? "good" : loaded.error().text;
    }
};

TEST_F(identity, key_leaf_and_intermediate_in_any_order) {
    auto middle = by.sign({.common_name = "Middle", .authority = true});
    auto leaf = make_certificate({"pbx", "DNS:pbx.example"}, &middle);
    const auto key = leaf.key_pem(), one = leaf.certificate_pem(), two = middle.certificate_pem(),
               root = by.ca.certificate_pem();
    for (const auto& text : {key + one + two, two + key + one, root + two + one + key}) {
        folder.write("agent.pem", text);
        auto loaded = load_identity(folder.path(), {}, true);
        ASSERT_TRUE(loaded) << loaded.error().text;
        EXPECT_EQ(X509_cmp(loaded->leaf.get(), leaf.certificate.get()), 0);
        ASSERT_EQ(loaded->chain.size(), 1u);
        EXPECT_EQ(X509_cmp(loaded->chain[0].get(), middle.certificate.get()), 0);
    }
}

TEST_F(identity, tls_pem_is_another_name) {
    folder.write("tls.pem", own.certificate_pem() + own.key_pem());
    EXPECT_EQ(why(), "good");
}

TEST_F(identity, missing) {
    EXPECT_EQ(why(), folder.path() +
                         "/agent.pem does not exist: make it with gentls_cert "
                         "create_server, or set tls-cert-dir");
}

TEST_F(identity, broken_or_incomplete) {
    folder.write("agent.pem", own.certificate_pem());
    EXPECT_NE(why().find("has no private key"), std::string::npos);
    folder.write("agent.pem", own.key_pem());
    EXPECT_NE(why().find("has no certificate"), std::string::npos);
    auto damaged = own.certificate_pem();
    damaged.erase(100, 65);  // a line of it
    folder.write("agent.pem", own.key_pem() + damaged);
    EXPECT_NE(why().find("certificate 1 in "), std::string::npos) << why();
    folder.write("agent.pem", own.key_pem() + own.certificate_pem().substr(0, 200));
    EXPECT_NE(why().find("is damaged"), std::string::npos) << why();
    folder.write("agent.pem", "");
    EXPECT_NE(why().find("has no private key"), std::string::npos);
    folder.write("agent.pem", std::string(600 * 1024, 'x'));
    EXPECT_NE(why().find("too large"), std::string::npos);
}

TEST_F(identity, a_key_of_another_certificate) {
    auto other = by.sign({.common_name = "other"});
    folder.write("agent.pem", other.key_pem() + own.certificate_pem());
    EXPECT_NE(why().find("do not belong together"), std::string::npos);
}

TEST_F(identity, expired_and_too_early) {
    auto old = by.sign({.valid_from_seconds = -7200, .valid_until_seconds = -3600});
    folder.write("agent.pem", old.key_pem() + old.certificate_pem());
    EXPECT_NE(why().find("expired on "), std::string::npos);
    EXPECT_TRUE(load_identity(folder.path(), {}, false));
    auto early = by.sign({.valid_from_seconds = 3600});
    folder.write("agent.pem", early.key_pem() + early.certificate_pem());
    EXPECT_NE(why().find("not valid before"), std::string::npos);
}

TEST_F(identity, passphrases) {
    folder.write("agent.pem", own.key_pem("secret") + own.certificate_pem());
    EXPECT_EQ(why("secret"), "good");
    EXPECT_NE(why().find("set tls-passphrase"), std::string::npos);
    auto wrong = why("wrong");
    EXPECT_NE(wrong.find("does not open with the profile's tls-passphrase"), std::string::npos);
    EXPECT_EQ(wrong.find("wrong"), std::string::npos);
}

// Root may read everything: the test becomes somebody else for a moment.
TEST_F(identity, unreadable_names_the_chown_and_chmod) {
    auto file = folder.write("agent.pem", own.key_pem() + own.certificate_pem());
    ::chmod(folder.path().c_str(), 0755);
    ::chmod(file.c_str(), 0600);
    bool root = ::geteuid() == 0;
    ASSERT_EQ(root ? ::seteuid(65534) : ::chmod(file.c_str(), 0000), 0);
    auto said = why();
    ASSERT_EQ(root ? ::seteuid(0) : 0, 0);
    EXPECT_NE(said.find("may not read " + file + ": run chown root:"), std::string::npos) << said;
    EXPECT_NE(said.find(" && chmod 640 " + file), std::string::npos);
}

TEST_F(identity, of_root_only_is_none_for_the_user_that_comes) {
    folder.write("agent.pem", own.key_pem() + own.certificate_pem());
    const auto file = folder.path() + "/agent.pem";
    ::chmod(folder.path().c_str(), 0755);
    ::chmod(file.c_str(), 0600);
    std::vector<::gid_t> before(256), after(256);
    before.resize(static_cast<std::size_t>(::getgroups(256, before.data())));
    {
        reading_as later("65534", "65534");
        auto said = why();
        if (::geteuid() == 0)
            EXPECT_NE(said.find(" may not read " + file + ": run chown root:"), std::string::npos)
                << said;
        else
            EXPECT_EQ(said, "good");  // we cannot become anybody
    }
    after.resize(static_cast<std::size_t>(::getgroups(256, after.data())));
    EXPECT_EQ(after, before);
    EXPECT_EQ(why(), "good");
}

TEST_F(identity, a_closed_folder_is_found_on_the_way) {
    ::chmod(folder.path().c_str(), 0755);
    const auto closed = folder.path() + "/closed";
    ::mkdir(closed.c_str(), 0700);
    ::mkdir((closed + "/inner").c_str(), 0755);
    EXPECT_EQ(closed_folder(closed + "/inner/agent.pem"), "");
    reading_as later("65534", "65534");
    EXPECT_EQ(closed_folder(closed + "/inner/agent.pem"), ::geteuid() == 0 ? closed : "");
}

}  // namespace
}  // namespace strowger::sofia
