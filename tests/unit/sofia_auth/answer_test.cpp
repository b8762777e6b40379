#include "auth/auth_params.hpp"
#include "auth/authenticator.hpp"
#include "auth/digest.hpp"

#include <strowger/text.hpp>

#include <gmock/gmock.h>

namespace strowger::sofia {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

message challenge(std::string_view headers, int status = 401) {
    return std::move(*message::parse(
        cat("SIP/2.0 ", status,
            " X\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: "
            "<sip:a@b>;tag=f\r\nTo: <sip:a@b>;tag=t\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n",
            headers, "Content-Length: 0\r\n\r\n")));
}

auth_params parsed(std::string_view value) {
    auto text = cat("REGISTER sip:h SIP/2.0\r\nAuthorization: ", value, "\r\n\r\n");
    auto whole = message::parse(text);
    return read_auth_params(whole->sip()->sip_authorization);
}

const credentials bob{"bob", "zanzibar", ""};

TEST(Answer, ProvesThePassword) {
    auto response = challenge(
        "WWW-Authenticate: Digest realm=\"biloxi.com\", nonce=\"n1\", opaque=\"o \\\"1\\\"\", "
        "qop=\"auth,auth-int\", algorithm=MD5\r\n");
    auto answer = answer_challenge(response, "REGISTER", "sip:biloxi.com", {}, bob, 1);
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(answer->first, "Authorization");
    auto got = parsed(answer->second);
    EXPECT_EQ(got.username, "bob");
    EXPECT_EQ(got.realm, "biloxi.com");
    EXPECT_EQ(got.nonce, "n1");
    EXPECT_EQ(got.uri, "sip:biloxi.com");
    EXPECT_EQ(got.opaque, "o \"1\"");
    EXPECT_EQ(got.qop, "auth");
    EXPECT_EQ(got.nc, "00000001");
    EXPECT_EQ(got.cnonce.size(), 16u);
    auto ha1 = digest_ha1(digest_algorithm::md5, "bob", "biloxi.com", "zanzibar");
    EXPECT_EQ(got.response,
              digest_response(
                  digest_algorithm::md5,
                  {ha1, "REGISTER", "sip:biloxi.com", "n1", "00000001", got.cnonce, "auth", {}}));
}

TEST(Answer, WithoutQopAsRfc2069) {
    auto response = challenge("Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", 407);
    auto answer = answer_challenge(response, "INVITE", "sip:x", {}, bob, 9);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->first, "Proxy-Authorization");
    EXPECT_THAT(answer->second, Not(HasSubstr("qop")));
    EXPECT_THAT(answer->second, Not(HasSubstr("algorithm")));
    auto ha1 = digest_ha1(digest_algorithm::md5, "bob", "r", "zanzibar");
    EXPECT_EQ(
        parsed(answer->second).response,
        digest_response(digest_algorithm::md5, {ha1, "INVITE", "sip:x", "n", {}, {}, {}, {}}));
}

TEST(Answer, TakesTheStrongestItKnows) {
    auto response = challenge(
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=SHA-512-256\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"2\", qop=\"auth\", algorithm=MD5\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"3\", qop=\"auth\", algorithm=SHA-256\r\n");
    auto answer = answer_challenge(response, "REGISTER", "sip:x", {}, bob, 255);
    ASSERT_TRUE(answer);
    auto got = parsed(answer->second);
    EXPECT_EQ(got.nonce, "3");
    EXPECT_EQ(got.algorithm, "SHA-256");
    EXPECT_EQ(got.nc, "000000ff");
    EXPECT_EQ(got.response.size(), 64u);
}

TEST(Answer, AuthIntCoversTheBody) {
    auto response =
        challenge("WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"\r\n");
    auto answer = answer_challenge(response, "INVITE", "sip:x", "v=0", bob, 1);
    ASSERT_TRUE(answer);
    auto got = parsed(answer->second);
    auto ha1 = digest_ha1(digest_algorithm::md5, "bob", "r", "zanzibar");
    EXPECT_EQ(got.response,
              digest_response(digest_algorithm::md5, {ha1, "INVITE", "sip:x", "n", "00000001",
                                                      got.cnonce, "auth-int", "v=0"}));
}

TEST(Answer, QuotesAndNeverLetsALineEndThrough) {
    auto response = challenge("WWW-Authenticate: Digest realm=\"r\\\"x\", nonce=\"n\"\r\n");
    credentials odd{"b\"o\r\nb\\", "pw", ""};
    auto answer = answer_challenge(response, "REGISTER", "sip:x", {}, odd, 1);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->second.find_first_of("\r\n"), std::string::npos);
    EXPECT_EQ(parsed(answer->second).username, "b\"ob\\");
    EXPECT_EQ(parsed(answer->second).realm, "r\"x");
}

TEST(Answer, CredentialsGoToTheirRealmOnly) {
    auto response = challenge("WWW-Authenticate: Digest realm=\"evil.example\", nonce=\"n\"\r\n");
    credentials bound = bob;
    bound.realm = "biloxi.com";
    auto answer = answer_challenge(response, "REGISTER", "sip:x", {}, bound, 1);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::unauthenticated);
    EXPECT_THAT(answer.error().text, HasSubstr("evil.example"));
}

TEST(Answer, SaysWhyItCannot) {
    for (const auto* headers :
         {"", "WWW-Authenticate: Basic realm=\"r\"\r\n",
          "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=SHA3\r\n",
          "WWW-Authenticate: Digest realm=\"r\"\r\n",
          "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"token\"\r\n"}) {
        auto answer = answer_challenge(challenge(headers), "REGISTER", "sip:x", {}, bob, 1);
        EXPECT_FALSE(answer) << headers;
    }
    EXPECT_FALSE(answer_challenge(challenge("", 403), "REGISTER", "sip:x", {}, bob, 1));
}

}  // namespace
}  // namespace strowger::sofia
