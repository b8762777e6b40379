#include "conf_dir.hpp"

#include <gmock/gmock.h>

namespace strowger {
namespace {

using testing::conf_dir;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::loaded;

const std::string two_domains = R"(<section name="directory">
<domain name="Example.com" alias="sip.example.com, 192.0.2.1">
  <aliases><alias name="pbx.example.com"/></aliases>
  <params><param name="dial-string" value="domain"/><param name="level" value="domain"/></params>
  <variables><variable name="level" value="domain"/><variable name="d" value="1"/></variables>
  <groups>
    <group name="sales">
      <params><param name="level" value="group"/></params>
      <variables><variable name="level" value="group"/><variable name="g" value="1"/></variables>
      <users>
        <user id="1000" number-alias="2000">
          <params><param name="password" value="x"/><param name="level" value="user"/></params>
          <variables><variable name="LEVEL" value="user"/></variables>
        </user>
        <user id="1001"/>
        <user id="2000"/>
      </users>
    </group>
    <group name="night">
      <variables><variable name="n" value="1"/></variables>
      <users><user id="1000" type="pointer"/></users>
    </group>
  </groups>
  <users><user id="Bob" number-alias="3000"/></users>
  <user id="carol"/>
</domain>
<domain name="example.org" alias="example.com">
  <users><user id="1000"><params><param name="password" value="y"/></params></user></users>
</domain>
</section>)";

struct a_directory : ::testing::Test {
    a_directory() {
        folder.write_document(two_domains);
        it.reload();
    }
    conf_dir folder;
    loaded it{folder};
    std::unique_ptr<directory> users{make_directory(*it.config)};
};

TEST_F(a_directory, merges_domain_then_group_then_user) {
    ASSERT_TRUE(it.ok);
    auto user = users->find("1000", "example.com");
    ASSERT_NE(user, nullptr);
    EXPECT_EQ(user->id, "1000");
    EXPECT_EQ(user->domain, "Example.com");
    EXPECT_EQ(user->number_alias, "2000");
    EXPECT_EQ(user->params.get("password"), "x");
    EXPECT_EQ(user->params.get("dial-string"), "domain");
    EXPECT_EQ(user->params.get("level"), "user");
    EXPECT_EQ(user->vars.get("level"), "user");
    EXPECT_EQ(user->vars.get("d"), "1");
    EXPECT_EQ(user->vars.get("g"), "1");
    EXPECT_EQ(user->vars.find("n"), nullptr);
    EXPECT_THAT(user->groups, ElementsAre("sales", "night"));
    auto other = users->find("1001", "example.com");
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(other->params.get("level"), "group");
    EXPECT_EQ(users->find("carol", "example.com")->params.get("level"), "domain");
    EXPECT_THAT(users->find("carol", "example.com")->groups, IsEmpty());
}

TEST_F(a_directory, shares_one_user) {
    EXPECT_EQ(users->find("1000", "example.com"), users->find("1000", "sip.example.com"));
}

TEST_F(a_directory, finds_by_alias_and_whatever_the_case) {
    for (auto domain :
         {"example.com", "EXAMPLE.COM", "sip.example.com", "192.0.2.1", "pbx.example.com"})
        EXPECT_NE(users->find("bob", domain), nullptr) << domain;
    EXPECT_EQ(users->find("3000", "example.com")->id, "Bob");
    EXPECT_EQ(users->domain("PBX.example.com"), "Example.com");
    EXPECT_EQ(users->domain("example.net"), std::nullopt);
}

TEST_F(a_directory, prefers_ids_to_aliases) {
    EXPECT_EQ(users->find("2000", "example.com")->id, "2000");
    // An alias never hides a domain of that name.
    EXPECT_EQ(users->find("1000", "example.com")->params.get("password"), "x");
    EXPECT_EQ(users->find("1000", "example.org")->params.get("password"), "y");
}

TEST_F(a_directory, has_nobody_else) {
    EXPECT_EQ(users->find("1002", "example.com"), nullptr);
    EXPECT_EQ(users->find("1000", "example.net"), nullptr);
    EXPECT_EQ(users->find("", ""), nullptr);
}

TEST_F(a_directory, lists) {
    EXPECT_THAT(users->domains(), ElementsAre("Example.com", "example.org"));
    EXPECT_THAT(users->users("example.com"), ElementsAre("1000", "1001", "2000", "carol", "Bob"));
    EXPECT_THAT(users->users("example.net"), IsEmpty());
}

TEST_F(a_directory, follows_a_reload_and_users_may_be_kept) {
    auto kept = users->find("1000", "example.com");
    folder.write_document(
        "<section name=\"directory\"><domain name=\"a\"><user id=\"b\"/></domain>"
        "</section>");
    it.reload();
    EXPECT_EQ(users->find("1000", "example.com"), nullptr);
    EXPECT_NE(users->find("b", "a"), nullptr);
    EXPECT_EQ(kept->params.get("password"), "x");
}

TEST(directory, of_twenty_thousand_users_is_no_quadratic_work) {
    conf_dir folder;
    std::string text = "<section name=\"directory\"><domain name=\"a\"><users>\n";
    for (int i = 0; i < 20'000; ++i)
        text += "<user id=\"" + std::to_string(i) +
                "\"><params><param name=\"p\" value=\"v\"/>"
                "</params></user>\n";
    folder.write_document(text + "</users></domain></section>");
    loaded it(folder);
    EXPECT_EQ(it.reload(), "");
    auto users = make_directory(*it.config);
    for (int i = 0; i < 20'000; i += 7) ASSERT_NE(users->find(std::to_string(i), "a"), nullptr);
}

}  // namespace
}  // namespace strowger
