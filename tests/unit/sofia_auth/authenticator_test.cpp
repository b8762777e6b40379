#include "auth/authenticator.hpp"
#include "auth/auth_params.hpp"
#include "auth/digest.hpp"
#include "auth/facts.hpp"
#include "bus/make.hpp"
#include "fakes.hpp"
#include "test_context.hpp"

#include <strowger/text.hpp>

#include <gmock/gmock.h>

namespace strowger::sofia {
namespace {

using ::testing::ElementsAre;

struct AuthTest : ::testing::Test {
    testing::test_context core;
    std::unique_ptr<bus> events = make_bus(core.log());
    fake_directory users;
    fake_flow phone{"192.0.2.1:5062"};
    auth_settings settings;
    std::unique_ptr<authenticator> auth;

    AuthTest() {
        core.use_bus = events.get();
        core.use_directory = &users;
        users.add("1000", "example.com", "secret");
        users.add("1001", "example.com", "other");
        settings.profile = "internal";
    }
    void make() { auth = make_authenticator(core, settings); }

    // A request from `user`, with an Authorization header's value when given.
    static message request(std::string_view method, std::string_view user,
                           std::string_view credentials = {}, std::string_view to = {}) {
        auto text =
            cat(method,
                " sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bKx\r\n",
                "Max-Forwards: 70\r\nFrom: <sip:", user,
                "@example.com>;tag=f\r\nTo: <sip:", to.empty() ? user : to,
                "@example.com>\r\nCall-ID: c\r\nCSeq: 1 ", method, "\r\n");
        if (!credentials.empty())
            text +=
                cat(method == "REGISTER" ? "Authorization: " : "Proxy-Authorization: ", credentials,
                    "\r\n");
        return std::move(*message::parse(cat(text, "Content-Length: 0\r\n\r\n")));
    }
    static std::vector<auth_params> challenges(const message& response) {
        std::vector<auth_params> out;
        const auto* sip = response.sip();
        for (const auto* field = sip->sip_status->st_status == 407 ? sip->sip_proxy_authenticate
                                                                   : sip->sip_www_authenticate;
             field; field = field->au_next)
            out.push_back(read_auth_params(field));
        return out;
    }
    auth_params challenge(std::string_view method = "REGISTER") {
        auto decision = auth->check(request(method, "1000"), phone, method != "REGISTER");
        EXPECT_EQ(decision.outcome, auth_outcome::challenge);
        auto all = challenges(decision.response);
        return all.empty() ? auth_params{} : all.front();
    }
    static std::string credentials(const auth_params& asked, std::string_view user,
                                   std::string_view password, std::string_view method = "REGISTER",
                                   std::string_view nc = "00000001") {
        auto which = *digest_algorithm_of(asked.algorithm);
        auto ha1 = digest_ha1(which, user, asked.realm, password);
        auto response = digest_response(
            which, {ha1, method, "sip:example.com", asked.nonce, nc, "cn", "auth", {}});
        return cat("Digest username=\"", user, "\", realm=\"", asked.realm, "\", nonce=\"",
                   asked.nonce, "\", uri=\"sip:example.com\", response=\"", response,
                   "\", algorithm=", asked.algorithm, ", qop=auth, cnonce=\"cn\", nc=", nc);
    }
    auth_decision attempt(std::string_view user, std::string_view password,
                          std::string_view method = "REGISTER") {
        return auth->check(
            request(method, user, credentials(challenge(method), user, password, method)), phone,
            method != "REGISTER");
    }
};

TEST_F(AuthTest, ChallengesStrongestFirst) {
    make();
    auto decision = auth->check(request("REGISTER", "1000"), phone, false);
    ASSERT_EQ(decision.outcome, auth_outcome::challenge);
    EXPECT_EQ(decision.response.status(), 401);
    auto asked = challenges(decision.response);
    ASSERT_EQ(asked.size(), 2u);
    EXPECT_EQ(asked[0].algorithm, "SHA-256");
    EXPECT_EQ(asked[1].algorithm, "MD5");
    EXPECT_EQ(asked[0].realm, "example.com");
    EXPECT_EQ(asked[0].qop, "auth");
    EXPECT_FALSE(asked[0].stale);
    EXPECT_EQ(auth->check(request("INVITE", "1000"), phone, true).response.status(), 407);
}

TEST_F(AuthTest, TheOrderOfAlgorithmsIsTheOperators) {
    settings.algorithms = {"MD5", "SHA-256"};
    make();
    EXPECT_EQ(challenge().algorithm, "MD5");
    settings.algorithms = {"MD5"};
    make();
    auto asked = challenge();
    asked.algorithm = "SHA-256";  // answered by what was not offered
    auto decision = auth->check(request("REGISTER", "1000", credentials(asked, "1000", "secret")),
                                phone, false);
    EXPECT_EQ(decision.outcome, auth_outcome::challenge);
}

TEST_F(AuthTest, AcceptsTheRightPassword) {
    for (const auto* algorithm : {"SHA-256", "MD5"}) {
        settings.algorithms = {algorithm};
        make();
        auto decision = attempt("1000", "secret");
        ASSERT_EQ(decision.outcome, auth_outcome::accepted) << decision.reason;
        EXPECT_EQ(decision.user->id, "1000");
        EXPECT_EQ(attempt("1000", "secret", "INVITE").outcome, auth_outcome::accepted);
    }
}

TEST_F(AuthTest, WrongPasswordAndUnknownUserLookTheSame) {
    make();
    auto wrong = attempt("1000", "wrong");
    auto unknown = attempt("9999", "wrong");
    for (const auto* decision : {&wrong, &unknown}) {
        EXPECT_EQ(decision->outcome, auth_outcome::challenge);
        EXPECT_EQ(decision->response.status(), 401);
        EXPECT_FALSE(challenges(decision->response)[0].stale);
    }
    EXPECT_EQ(wrong.reason, "wrong password");
    EXPECT_EQ(unknown.reason, "unknown user");
}

TEST_F(AuthTest, AnEmptyPasswordInTheDirectoryLetsNobodyIn) {
    users.add("1002", "example.com");
    make();
    EXPECT_NE(attempt("1002", "").outcome, auth_outcome::accepted);
    EXPECT_TRUE(core.captured.contains("neither password nor a1-hash"));
}

TEST_F(AuthTest, ReplaysAndOldNoncesAreStale) {
    make();
    auto asked = challenge();
    auto first = credentials(asked, "1000", "secret");
    EXPECT_EQ(auth->check(request("REGISTER", "1000", first), phone, false).outcome,
              auth_outcome::accepted);
    auto replayed = auth->check(request("REGISTER", "1000", first), phone, false);
    ASSERT_EQ(replayed.outcome, auth_outcome::challenge);
    EXPECT_TRUE(challenges(replayed.response)[0].stale);
    auto second = credentials(asked, "1000", "secret", "REGISTER", "00000002");
    EXPECT_EQ(auth->check(request("REGISTER", "1000", second), phone, false).outcome,
              auth_outcome::accepted);
    core.manual.advance(seconds(61));
    auto third = credentials(asked, "1000", "secret", "REGISTER", "00000003");
    auto late = auth->check(request("REGISTER", "1000", third), phone, false);
    ASSERT_EQ(late.outcome, auth_outcome::challenge);
    EXPECT_TRUE(challenges(late.response)[0].stale);
}

TEST_F(AuthTest, WithoutQopANonceServesOnce) {
    settings.algorithms = {"MD5"};
    make();
    auto asked = challenge();
    auto ha1 = digest_ha1(digest_algorithm::md5, "1000", asked.realm, "secret");
    auto response = digest_response(
        digest_algorithm::md5, {ha1, "REGISTER", "sip:example.com", asked.nonce, {}, {}, {}, {}});
    auto old = cat("Digest username=\"1000\", realm=\"example.com\", nonce=\"", asked.nonce,
                   "\", uri=\"sip:example.com\", response=\"", response, '"');
    EXPECT_EQ(auth->check(request("REGISTER", "1000", old), phone, false).outcome,
              auth_outcome::accepted);
    EXPECT_EQ(auth->check(request("REGISTER", "1000", old), phone, false).outcome,
              auth_outcome::challenge);
}

TEST_F(AuthTest, FiveFailuresInAMinuteLockTheUserFromThatSourceOnly) {
    make();
    std::vector<std::string> facts;
    auto heard = events->subscribe<sofia_auth_failure>([&](const sofia_auth_failure& fact) {
        facts.push_back(cat(fact.username, ' ', fact.network_ip, ' ', fact.locked));
    });
    for (int i = 0; i < 4; ++i) {
        auto decision = attempt("1000", "wrong");
        EXPECT_EQ(decision.outcome, auth_outcome::challenge);
        EXPECT_EQ(decision.delay.count(), 0);
    }
    auto fifth = attempt("1000", "wrong");
    EXPECT_EQ(fifth.outcome, auth_outcome::refused);
    EXPECT_EQ(fifth.response.status(), 403);
    EXPECT_EQ(fifth.delay, milliseconds(1000));
    EXPECT_THAT(facts,
                ElementsAre("1000 192.0.2.1 false", "1000 192.0.2.1 false", "1000 192.0.2.1 false",
                            "1000 192.0.2.1 false", "1000 192.0.2.1 true"));
    // The right password does not help within the minute; every answer to that source is late.
    EXPECT_EQ(attempt("1000", "secret").outcome, auth_outcome::refused);
    EXPECT_EQ(auth->check(request("REGISTER", "1001"), phone, false).delay, milliseconds(1000));
    EXPECT_EQ(attempt("1001", "other").outcome, auth_outcome::accepted);
    fake_flow elsewhere("192.0.2.77:5060");
    auto decision = auth->check(request("REGISTER", "1000"), elsewhere, false);
    EXPECT_EQ(decision.delay.count(), 0);
    auto asked = challenges(decision.response)[0];
    EXPECT_EQ(auth->check(request("REGISTER", "1000", credentials(asked, "1000", "secret")),
                          elsewhere, false)
                  .outcome,
              auth_outcome::accepted);
    core.manual.advance(seconds(61));
    EXPECT_EQ(attempt("1000", "secret").outcome, auth_outcome::accepted);
}

TEST_F(AuthTest, TheMinuteOfFiveFailuresSlides) {
    make();
    auto status = [&] { return attempt("1000", "wrong").response.status(); };
    EXPECT_EQ(status(), 401);
    core.manual.advance(seconds(59));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(status(), 401) << i;
    core.manual.advance(seconds(1));
    EXPECT_EQ(status(), 401);  // the first one is a minute old
    EXPECT_EQ(status(), 403);
    EXPECT_EQ(attempt("1000", "secret").response.status(), 403);
}

// FreeSWITCH's header names, so that what watches its failures watches ours.
TEST_F(AuthTest, AFailureIsToldInFreeSwitchsWordsWithoutItsSecrets) {
    make();
    struct words final : field_sink {
        void field(std::string_view name, std::string_view value) override {
            all.emplace_back(name, value);
        }
        std::vector<std::pair<std::string, std::string>> all;
    } heard;
    auto listens = events->subscribe_named("sofia::register_failure",
                                           [&](const fact_view& fact) { fact.fields(heard); });
    auto asked = challenge("INVITE");
    auto given = credentials(asked, "1000", "a wrong guess", "INVITE");
    auto invite = message::parse(
        cat("INVITE sip:2000@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5062;branch="
            "z9hG4bKx\r\nMax-Forwards: 70\r\nFrom: <sip:1001@example.com>;tag=f\r\nTo: "
            "<sip:2000@example.org>\r\nCall-ID: the-call\r\nCSeq: 1 INVITE\r\nUser-Agent: "
            "Softphone/2\r\nProxy-Authorization: ",
            given, "\r\nContent-Length: 0\r\n\r\n"));
    ASSERT_TRUE(invite);
    EXPECT_EQ(auth->check(*invite, phone, true).reason, "wrong password");
    using field = std::pair<std::string, std::string>;
    EXPECT_THAT(heard.all,
                ElementsAre(field("Event-Subclass", "sofia::register_failure"),
                            field("profile-name", "internal"), field("registration-type", "INVITE"),
                            field("from-user", "1001"), field("from-host", "example.com"),
                            field("to-user", "2000"), field("to-host", "example.org"),
                            field("username", "1000"), field("realm", "example.com"),
                            field("network-ip", "192.0.2.1"), field("network-port", "5062"),
                            field("network-transport", "udp"), field("user-agent", "Softphone/2"),
                            field("call-id", "the-call"), field("failure-reason", "wrong password"),
                            field("locked", "false")));
    // Neither what was guessed nor what is right, nor what a guess can be checked with offline.
    auto response = read_auth_params(invite->sip()->sip_proxy_authorization).response;
    ASSERT_EQ(response.size(), 64u);
    auto said = std::string();
    for (const auto& [name, value] : heard.all) said += cat(name, ": ", value, '\n');
    for (const auto& record : core.captured.records()) said += cat(record.text, '\n');
    for (const auto& secret :
         {std::string("a wrong guess"), std::string("secret"), response, asked.nonce,
          digest_ha1(digest_algorithm::sha256, "1000", "example.com", "secret")})
        EXPECT_EQ(said.find(secret), said.npos) << secret;
}

TEST_F(AuthTest, ASpooferWithoutOurNonceLocksNobodyOut) {
    make();
    auth_params invented;
    invented.realm = "example.com";
    invented.nonce = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    invented.algorithm = "MD5";
    fake_flow attacker("198.51.100.66:5060");
    auto asked = challenge();  // issued to the phone, repeated by another source
    for (int i = 0; i < 20; ++i) {
        auth->check(request("REGISTER", "1000", credentials(invented, "1000", "wrong")), phone,
                    false);
        auto decision = auth->check(
            request("REGISTER", "1000", credentials(asked, "1000", "wrong")), attacker, false);
        EXPECT_EQ(decision.outcome, auth_outcome::challenge);
    }
    EXPECT_EQ(attempt("1000", "secret").outcome, auth_outcome::accepted);
}

TEST_F(AuthTest, AnotherUsersCredentialsAreRefused) {
    make();
    auto asked = challenge();
    auto decision = auth->check(
        request("REGISTER", "1000", credentials(asked, "1000", "secret"), "1001"), phone, false);
    EXPECT_EQ(decision.outcome, auth_outcome::refused);
    EXPECT_EQ(decision.response.status(), 403);
    settings.matching_username = false;
    make();
    asked = challenge();
    decision = auth->check(
        request("REGISTER", "1000", credentials(asked, "1000", "secret"), "1001"), phone, false);
    EXPECT_EQ(decision.outcome, auth_outcome::accepted);
    EXPECT_EQ(decision.user->id, "1000");
}

TEST_F(AuthTest, HashesInTheDirectory) {
    auto user = users.add("1003", "example.com");
    user->params.set("a1-hash", digest_ha1(digest_algorithm::md5, "1003", "example.com", "pw"));
    make();
    // SHA-256 can't be checked: MD5 is asked for, and this is no failure of the phone's.
    auto asked = challenge();
    auto decision =
        auth->check(request("REGISTER", "1003", credentials(asked, "1003", "pw")), phone, false);
    ASSERT_EQ(decision.outcome, auth_outcome::challenge);
    auto again = challenges(decision.response);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].algorithm, "MD5");
    EXPECT_EQ(
        auth->check(request("REGISTER", "1003", credentials(again[0], "1003", "pw")), phone, false)
            .outcome,
        auth_outcome::accepted);
    auto both = users.add("1004", "example.org");
    both->params.set("a1-hash-sha256",
                     digest_ha1(digest_algorithm::sha256, "1004", "example.com", "pw"));
    settings.force_domain = "example.org";
    make();
    asked = challenge();
    ASSERT_EQ(asked.algorithm, "SHA-256");
    EXPECT_EQ(
        auth->check(request("REGISTER", "1004", credentials(asked, "1004", "pw")), phone, false)
            .outcome,
        auth_outcome::accepted);
}

TEST_F(AuthTest, RealmRules) {
    auto realm_for = [&](std::string rule) {
        settings.challenge_realm = std::move(rule);
        make();
        auto text = std::string(
            "REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: "
            "<sip:1000@From.example>;tag=f\r\nTo: <sip:1000@to.example>\r\nCall-ID: c\r\nCSeq: 1 "
            "REGISTER\r\nContent-Length: 0\r\n\r\n");
        auto parsed = message::parse(text);
        return challenges(auth->check(*parsed, phone, false).response)[0].realm;
    };
    EXPECT_EQ(realm_for("auto_from"), "from.example");
    EXPECT_EQ(realm_for("auto_to"), "to.example");
    EXPECT_EQ(realm_for("office \"3\""), "office \"3\"");
}

TEST_F(AuthTest, WhatIsNotAskedForIsAccepted) {
    settings.auth_calls = false;
    settings.accept_blind_registrations = true;
    make();
    EXPECT_EQ(auth->check(request("INVITE", "1000"), phone, true).outcome, auth_outcome::accepted);
    auto decision = auth->check(request("REGISTER", "1000"), phone, false);
    EXPECT_EQ(decision.outcome, auth_outcome::accepted);
    ASSERT_TRUE(decision.user);
    EXPECT_EQ(decision.user->id, "1000");
}

TEST_F(AuthTest, BrokenCredentialsNeverCrashAndNeverPass) {
    make();
    auto good = credentials(challenge(), "1000", "secret");
    for (std::size_t length = 7; length < good.size() - 1; ++length) {
        auto parsed = request("REGISTER", "1000", std::string_view(good).substr(0, length));
        // Cut within nc, it is a shorter count; everywhere else something is missing.
        EXPECT_NE(auth->check(parsed, phone, false).outcome, auth_outcome::accepted) << length;
    }
    for (const auto* text :
         {"Digest", "Basic dXNlcjpwYXNz", "Digest username=", "Digest =,=,=", "Digest \"\"",
          "Digest realm=\"example.com\", realm=\"example.com\", nonce=\"x\", username=\"1000\"",
          "Digest realm=\"example.com\", nonce=\"\", username=\"\", response=\"\", nc=zzzzzzzz"}) {
        auto decision = auth->check(request("REGISTER", "1000", text), phone, false);
        EXPECT_NE(decision.outcome, auth_outcome::accepted) << text;
    }
}

// inbound-reg-force-matching-username is about registrations. Who calls is who proved itself,
// whatever From says (RFC 3323).
TEST_F(AuthTest, CallersMayBeAnonymousOrNameSomebodyElse) {
    auto call = [&](std::string_view from, std::string_view password) {
        make();
        auto ask = [&](const std::string& header) {
            auto text = cat(
                "INVITE sip:1001@example.com SIP/2.0\r\nVia: SIP/2.0/UDP "
                "192.0.2.1:5062;branch=z9hG4bKx\r\nFrom: <sip:",
                from, ">;tag=f\r\nTo: <sip:1001@example.com>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n",
                header, "Content-Length: 0\r\n\r\n");
            return auth->check(*message::parse(text), phone, true);
        };
        auto asked = challenges(ask("").response).at(0);
        return ask(
            cat("Proxy-Authorization: ", credentials(asked, "1000", password, "INVITE"), "\r\n"));
    };
    for (const auto* rule : {"auto_from", "auto_to", "example.com"})
        for (const auto* from :
             {"anonymous@anonymous.invalid", "1001@example.com", "nobody@example.com"}) {
            settings.challenge_realm = rule;
            auto decision = call(from, "secret");
            ASSERT_EQ(decision.outcome, auth_outcome::accepted) << rule << ' ' << from;
            EXPECT_EQ(decision.user->id, "1000");
            EXPECT_NE(call(from, "guess").outcome, auth_outcome::accepted) << rule << ' ' << from;
        }
}

}  // namespace
}  // namespace strowger::sofia
