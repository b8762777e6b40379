// The configuration that is shipped loads without a warning, and says what it should.
#include "conf_dir.hpp"
#include "plan.hpp"

#include <algorithm>
#include <string>

namespace strowger {
namespace {

struct the_shipped_configuration : ::testing::Test {
    the_shipped_configuration() {
        options.conf_dir = STROWGER_SOURCE_DIR "/conf";
        for (auto name : {"base_dir", "conf_dir", "certs_dir", "log_dir", "db_dir", "mod_dir",
                          "run_dir", "sounds_dir", "recordings_dir"})
            options.predefined.emplace_back(name, std::string("/pbx/") + name);
        options.predefined.emplace_back("local_ip_v4", "192.0.2.1");
        options.predefined.emplace_back("local_ip_v6", "2001:db8::1");
        options.predefined.emplace_back("domain", "example.com");
        options.predefined.emplace_back("hostname", "pbx");
        // As private.xml of a first start has it.
        options.overrides = {{"default_password", "of the first start"}};
        options.check = [](const config_snapshot& tree, problems& more) {
            dialplan_xml::compile_plan(tree.section("dialplan"), more);
        };
        config = make_configuration(options, log);
        outcome_ok = config->reload(found).has_value();
    }
    std::string param(const std::string& profile, const std::string& name) {
        const auto* file = config->current()->file("sofia.conf");
        const auto* node = file->child("profiles")->child("profile", "name", profile);
        const auto* found_param = node->child("settings")->child("param", "name", name);
        return found_param ? std::string(found_param->attribute_or("value", "")) : "(absent)";
    }
    config_options options;
    testing::captured_log captured;
    logger log{"core", captured};
    std::unique_ptr<configuration> config;
    problems found;
    bool outcome_ok = false;
};

TEST_F(the_shipped_configuration, loads_without_error_or_warning) {
    for (const auto& each : found)
        if (each.level != severity::notice) ADD_FAILURE() << to_string(each);
    EXPECT_TRUE(outcome_ok);
}

TEST_F(the_shipped_configuration, has_the_primers_eleven_names) {
    for (auto [name, value] :
         std::vector<std::pair<const char*, const char*>>{{"sip_tls_version", "tlsv1.2,tlsv1.3"},
                                                          {"internal_auth_calls", "true"},
                                                          {"internal_sip_port", "5060"},
                                                          {"internal_tls_port", "5061"},
                                                          {"internal_ssl_enable", "true"},
                                                          {"internal_ssl_dir", "/pbx/certs_dir"},
                                                          {"external_auth_calls", "false"},
                                                          {"external_sip_port", "5080"},
                                                          {"external_tls_port", "5081"},
                                                          {"external_ssl_enable", "true"},
                                                          {"external_ssl_dir", "/pbx/certs_dir"}})
        EXPECT_EQ(config->global(name), value) << name;
}

TEST_F(the_shipped_configuration, sets_the_profiles_up_from_them) {
    EXPECT_EQ(param("internal", "sip-port"), "5060");
    EXPECT_EQ(param("internal", "tls-sip-port"), "5061");
    EXPECT_EQ(param("internal", "tls"), "true");
    EXPECT_EQ(param("internal", "auth-calls"), "true");
    EXPECT_EQ(param("external", "sip-port"), "5080");
    EXPECT_EQ(param("external", "tls-sip-port"), "5081");
    EXPECT_EQ(param("external", "auth-calls"), "false");
    EXPECT_EQ(param("external", "context"), "public");
}

TEST_F(the_shipped_configuration, has_twenty_users_with_the_primers_dial_string) {
    auto users = make_directory(*config);
    EXPECT_EQ(users->users("example.com").size(), 20U);
    for (int number = 1000; number < 1020; ++number) {
        auto user = users->find(std::to_string(number), "example.com");
        ASSERT_NE(user, nullptr) << number;
        EXPECT_EQ(user->params.get("password"), "of the first start");
        EXPECT_EQ(user->vars.get("user_context"), "default");
        EXPECT_EQ(user->vars.get("effective_caller_id_number"), std::to_string(number));
        EXPECT_EQ(user->params.get("dial-string"),
                  "{rtp_secure_media=${regex(${sofia_contact(${dialed_user}@${dialed_domain})}|"
                  "transport=tls)}, presence_id=${dialed_user}@${dialed_domain}}"
                  "${sofia_contact(${dialed_user}@${dialed_domain})}");
    }
}

TEST_F(the_shipped_configuration, lets_strangers_reach_an_echo_only) {
    problems none;
    auto plan = dialplan_xml::compile_plan(config->current()->section("dialplan"), none);
    ASSERT_TRUE(plan->contexts.contains("public"));
    EXPECT_FALSE(plan->contexts.contains("global"));
    const auto& extensions = plan->contexts["public"];
    ASSERT_EQ(extensions.size(), 1U);
    for (const auto& action : extensions[0].conditions[0].actions)
        EXPECT_TRUE(action.application == "answer" || action.application == "echo");
}

TEST_F(the_shipped_configuration, holds_no_password) {
    problems noticed;
    auto bare = options;
    bare.overrides.clear();
    auto without = make_configuration(bare, log);
    EXPECT_TRUE(without->reload(noticed));
    EXPECT_EQ(without->global("default_password"), "");
    EXPECT_TRUE(std::any_of(noticed.begin(), noticed.end(), [](const problem& each) {
        return each.text.find("$${default_password} is not set") != each.text.npos;
    }));
}

}  // namespace
}  // namespace strowger
