// A whole profile on loopback, as the phone beside it sees it.
#include "pbx.hpp"

#include "auth/authenticator.hpp"
#include "profile/commands.hpp"
#include "profile/status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strowger;
using namespace strowger::sofia;
using namespace strowger::sofia::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

struct on_loopback : ::testing::Test {
    pbx p;
    void SetUp() override {
        p.start({p.settings("internal")});
        ASSERT_NE(p.port, 0);
    }
};

TEST_F(on_loopback, requests_outside_dialogs) {
    phone a(p);
    auto options = a.ask(a.request("OPTIONS", 1));
    EXPECT_THAT(options, StartsWith("SIP/2.0 200 OK"));
    EXPECT_EQ(line(options, "Allow"), "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, REGISTER");
    EXPECT_EQ(line(options, "Accept"), "application/sdp");
    EXPECT_EQ(a.status(a.request("MESSAGE", 2)), "SIP/2.0 405 Method Not Allowed");
    EXPECT_EQ(a.status(a.request("SUBSCRIBE", 3, "Event: presence\r\n")), "SIP/2.0 489 Bad Event");
    EXPECT_EQ(a.status(a.request("PUBLISH", 4, "Event: presence\r\n")), "SIP/2.0 489 Bad Event");
    EXPECT_THAT(a.status(a.request("BYE", 5)), StartsWith("SIP/2.0 481"));
    EXPECT_THAT(a.status(a.request("BYE", 6, {}, "unknown")), StartsWith("SIP/2.0 481"));
    EXPECT_THAT(a.status(a.request("NOTIFY", 7, "Event: x\r\nSubscription-State: active\r\n")),
                StartsWith("SIP/2.0 481"));
    EXPECT_THAT(a.status(a.request("REFER", 8, "Refer-To: <sip:x@y>\r\n")),
                StartsWith("SIP/2.0 501"));
    EXPECT_THAT(a.status(a.request("DANCE", 9)), StartsWith("SIP/2.0 501"));
    EXPECT_THAT(a.status(a.request("INVITE", 10, "Max-Forwards: 0\r\n")),
                StartsWith("SIP/2.0 483"));
}

TEST_F(on_loopback, extensions_and_bodies_that_are_not_understood) {
    phone a(p);
    auto bad = a.ask(a.request("INVITE", 1, "Require: 100rel, foo\r\n", {}, "offer"));
    EXPECT_THAT(bad, StartsWith("SIP/2.0 420"));
    EXPECT_EQ(line(bad, "Unsupported"), "100rel, foo");
    auto strange = a.request("INVITE", 2, "Content-Encoding: gzip\r\n", {}, "offer");
    EXPECT_THAT(a.status(strange), StartsWith("SIP/2.0 415"));
}

TEST_F(on_loopback, a_call_comes_in_and_finds_no_extension) {
    phone a(p);
    a.send(a.request("INVITE", 1, {}, {}, "offer"));
    EXPECT_THAT(a.receive(), StartsWith("SIP/2.0 100"));
    auto refused = a.receive();
    EXPECT_THAT(refused, StartsWith("SIP/2.0 404"));
    EXPECT_EQ(line(refused, "Reason"), "Q.850;cause=3;text=\"NO_ROUTE_DESTINATION\"");
    EXPECT_EQ(p.plan.asked, std::vector<std::string>{"public/1001"});
    EXPECT_EQ(p.profiles->find("internal")->counters().calls_in, 1u);
}

TEST_F(on_loopback, an_offer_without_common_codec_is_488) {
    phone a(p);
    auto refused = a.ask(a.request("INVITE", 1, {}, {}, "bad"));
    if (refused.starts_with("SIP/2.0 100")) refused = a.receive();
    EXPECT_THAT(refused, StartsWith("SIP/2.0 488"));
    EXPECT_EQ(p.profiles->find("internal")->live_calls(), 0u);
}

struct with_passwords : ::testing::Test {
    pbx p;
    void SetUp() override {
        auto settings = p.settings("internal");
        settings.auth.auth_calls = true;
        settings.log_auth_failures = true;
        p.start({std::move(settings)});
    }
    std::string proof(const std::string& challenge, std::string_view method,
                      std::string_view password) {
        auto parsed = message::parse(challenge);
        auto answer = answer_challenge(*parsed, method, "sip:1001@127.0.0.1", "",
                                       {"1000", std::string(password), ""}, 1);
        return answer ? cat(answer->first, ": ", answer->second, "\r\n") : "";
    }
};

TEST_F(with_passwords, calls_are_challenged_and_users_reach_their_context) {
    phone a(p);
    auto challenge = a.ask(a.request("INVITE", 1, {}, {}, "offer"));
    EXPECT_THAT(challenge, StartsWith("SIP/2.0 407"));
    a.send(a.request("INVITE", 2, proof(challenge, "INVITE", "secret"), {}, "offer"));
    EXPECT_THAT(a.receive(), StartsWith("SIP/2.0 100"));
    EXPECT_THAT(a.receive(), StartsWith("SIP/2.0 404"));
    EXPECT_EQ(p.plan.asked, std::vector<std::string>{"inside/1001"});
}

TEST_F(with_passwords, a_wrong_password_is_challenged_again_and_logged) {
    phone a(p);
    auto challenge = a.ask(a.request("INVITE", 1, {}, {}, "offer"));
    auto again = a.ask(a.request("INVITE", 2, proof(challenge, "INVITE", "guess"), {}, "offer"));
    EXPECT_THAT(again, StartsWith("SIP/2.0 407"));
    EXPECT_TRUE(p.plan.asked.empty());
    EXPECT_TRUE(p.core.captured.contains("was not let in: wrong password"));
    EXPECT_FALSE(p.core.captured.contains("guess"));
}

TEST_F(with_passwords, a_registered_phone_is_called_where_it_registered) {
    phone a(p);
    auto self = [&](unsigned cseq, std::string_view more) {
        auto text = a.request("REGISTER", cseq, more);
        text.replace(text.find("To: <sip:1001"), 13, "To: <sip:1000");
        return text;
    };
    auto challenge = a.ask(self(1, {}));
    EXPECT_THAT(challenge, StartsWith("SIP/2.0 401"));
    auto ok = a.ask(self(2, proof(challenge, "REGISTER", "secret")));
    EXPECT_THAT(ok, StartsWith("SIP/2.0 200"));
    ASSERT_EQ(p.store.all.size(), 1u);
    EXPECT_THAT(registration_page(*p.profiles->find("internal"), p.core.manual.wall()),
                HasSubstr("Registered(UDP)"));

    for (auto address :
         {std::string("internal/1000%127.0.0.1"), cat("internal/sip:1000@127.0.0.1:", a.port())}) {
        originate_request request;
        request.address = address;
        request.caller.caller_id_number = "1001";
        request.holder = use(&p.uses);
        auto made = p.profiles->originate(std::move(request));
        ASSERT_TRUE(made) << made.error().text;
        auto invite = a.receive();
        EXPECT_THAT(invite, StartsWith(cat("INVITE sip:1000@127.0.0.1:", a.port())));
        EXPECT_THAT(line(invite, "From"), HasSubstr("<sip:1001@127.0.0.1>"));
        (*made)->hangup(hangup_cause::originator_cancel);
    }
}

TEST_F(with_passwords, a_phone_whose_connection_is_gone_is_not_registered) {
    binding lost;
    lost.user = "1000";
    lost.domain = "127.0.0.1";
    lost.contact = "sip:1000@127.0.0.1:40000;transport=tls";
    lost.profile = "internal";
    lost.transport = "tls";
    lost.flow = "earlier-7";
    lost.source = "127.0.0.1:40000";
    lost.expires = p.core.manual.wall() + std::chrono::hours(1);
    p.store.all.push_back(lost);
    auto text = contact_text(lost);
    originate_request request;
    request.address = text.substr(text.find('/') + 1);
    auto made = p.profiles->originate(std::move(request));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().cause, hangup_cause::user_not_registered);
    EXPECT_THAT(made.error().text, HasSubstr("that connection is gone"));
}

TEST_F(on_loopback, addresses_that_lead_nowhere) {
    const std::pair<std::string, hangup_cause> table[] = {
        {"nowhere/1@192.0.2.1", hangup_cause::no_route_destination},
        {"internal/1000%127.0.0.1", hangup_cause::user_not_registered},
        {"gateway/none/1", hangup_cause::no_route_destination},
        {"internal/", hangup_cause::invalid_number_format},
    };
    for (const auto& [address, cause] : table) {
        originate_request request;
        request.address = address;
        auto made = p.profiles->originate(std::move(request));
        ASSERT_FALSE(made) << address;
        EXPECT_EQ(made.error().cause, cause) << address;
    }
}

// A call to our own socket would come back as a call of a stranger.
TEST_F(on_loopback, a_loop_to_ourselves_ends_at_once) {
    originate_request request;
    request.address = cat("internal/1000@127.0.0.1:", p.port);
    request.holder = use(&p.uses);
    auto made = p.profiles->originate(std::move(request));
    if (made) {
        p.until([&] { return (*made)->state() == channel_state::ended; });
        EXPECT_EQ((*made)->cause(), hangup_cause::exchange_routing_error);
    }
    EXPECT_EQ(p.profiles->find("internal")->counters().calls_in, 0u);
}

TEST(status_of, listeners_and_profiles_that_are_down) {
    pbx p;
    auto first = p.settings("internal");
    first.transport.tls.enabled = true;
    first.transport.tls.port = 0;
    first.transport.tls.certificate_dir = "/nonexistent";
    first.aliases = {"default"};
    auto second = p.settings("external");
    second.problem = "error: external.xml:7: sip-ip=\"x\" is no address";
    p.start({std::move(first), std::move(second)});
    auto table = status_table(*p.profiles);
    EXPECT_THAT(table, HasSubstr("internal\tprofile\t"));
    EXPECT_THAT(table, HasSubstr("RUNNING (0)"));
    EXPECT_THAT(table, HasSubstr("DOWN (TLS): "));
    EXPECT_THAT(table, HasSubstr("/nonexistent"));
    EXPECT_THAT(table, HasSubstr("DOWN: error: external.xml:7"));
    EXPECT_THAT(table, HasSubstr("ALIASED"));
    EXPECT_THAT(table, HasSubstr("2 profiles 1 alias"));
    EXPECT_EQ(p.profiles->find("default"), p.profiles->find("internal"));
    EXPECT_THAT(profile_page(*p.profiles->find("internal")),
                HasSubstr("TLS              \tDOWN: "));
    EXPECT_THAT(gateway_table(*p.profiles), HasSubstr("0 gateways"));
}

TEST_F(on_loopback, commands) {
    auto tokens = add_commands(p.core, *p.profiles, 0);
    ASSERT_TRUE(tokens);
    auto run = [&](std::string_view name, std::string args) {
        auto found = p.names->find_command(name);
        command_request request;
        request.args = std::move(args);
        return found->answer(request);
    };
    EXPECT_THAT(run("sofia", "status").text, HasSubstr("1 profile 0 aliases"));
    EXPECT_THAT(run("sofia", "").text, HasSubstr("USAGE"));
    EXPECT_THAT(run("sofia", "status profile internal").text, HasSubstr("CALLS-IN"));
    EXPECT_THAT(run("sofia", "status profile nowhere").text,
                HasSubstr("-ERR Invalid Profile! There is no \"nowhere\"; there are: internal"));
    EXPECT_FALSE(run("sofia", "status gateway nowhere").ok);
    EXPECT_EQ(run("sofia", "loglevel all 9").text,
              "Sofia log level for component [all] has been set to [9]");
    EXPECT_EQ(run("sofia", "loglevel nua").text, "Sofia-sip loglevel for [nua] is [9]");
    EXPECT_TRUE(p.core.log().wants(log_level::debug));
    EXPECT_FALSE(run("sofia", "loglevel all 10").ok);
    EXPECT_FALSE(run("sofia", "loglevel nothing 1").ok);
    EXPECT_EQ(run("sofia", "profile internal siptrace on").text,
              "Enabled sip debugging on internal");
    EXPECT_FALSE(run("sofia", "profile internal dance").ok);
    EXPECT_EQ(run("sofia_contact", "1000@127.0.0.1").text, "error/user_not_registered");
}

TEST_F(on_loopback, the_log_level_that_is_printed_is_in_force) {
    auto& log = p.core.log();
    log.set_level(log_level::warning);  // as logfile.conf says
    auto tokens = add_commands(p.core, *p.profiles, 0);
    ASSERT_TRUE(tokens);
    auto run = [&](std::string args) {
        command_request request;
        request.args = cat("loglevel ", args);
        return p.names->find_command("sofia")->answer(request).text;
    };
    EXPECT_FALSE(log.wants(log_level::notice));
    run("nua 9");
    EXPECT_TRUE(log.wants(log_level::debug));
    EXPECT_EQ(run("all"), "Sofia-sip loglevel for [all] is [9]");
    // A reload: the core sets what is configured, then tells the modules.
    problems none;
    log.set_level(log_level::error);
    ASSERT_TRUE(p.config.reload(none));
    EXPECT_TRUE(log.wants(log_level::debug));
    EXPECT_EQ(run("nua"), "Sofia-sip loglevel for [nua] is [9]");
    run("all 3");
    EXPECT_TRUE(log.wants(log_level::info));
    EXPECT_FALSE(log.wants(log_level::debug));
    EXPECT_EQ(run("nua"), "Sofia-sip loglevel for [nua] is [3]");
    run("all 0");
    EXPECT_TRUE(log.wants(log_level::error));
    EXPECT_FALSE(log.wants(log_level::warning));
}

TEST_F(on_loopback, words_that_may_come_next) {
    auto tokens = add_commands(p.core, *p.profiles, 0);
    ASSERT_TRUE(tokens);
    auto next = [&](std::string_view args) {
        return p.names->find_command("sofia")->complete(args);
    };
    using words = std::vector<std::string>;
    EXPECT_EQ(next(""), (words{"status", "profile", "global", "loglevel", "help"}));
    EXPECT_EQ(next("status"), (words{"profile", "gateway"}));
    EXPECT_EQ(next("status profile"), words{"internal"});
    EXPECT_EQ(next("status profile internal"), words{"reg"});
    EXPECT_EQ(next("status gateway"), words{});
    EXPECT_EQ(next("profile"), words{"internal"});
    EXPECT_EQ(next("profile internal"), (words{"siptrace", "rescan"}));
    EXPECT_EQ(next("profile internal siptrace"), (words{"on", "off"}));
    EXPECT_EQ(next("global"), words{"siptrace"});
    EXPECT_EQ(next("loglevel nua").size(), 10u);
    EXPECT_EQ(next("help"), words{});
    EXPECT_EQ(next("nothing"), words{});
}

}  // namespace
