#include "auth/digest.hpp"

#include <gtest/gtest.h>

namespace strowger::sofia {
namespace {

// RFC 7616, 3.9.1.
constexpr std::string_view rfc7616_nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
constexpr std::string_view rfc7616_cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

std::string rfc7616(digest_algorithm which) {
    auto ha1 = digest_ha1(which, "Mufasa", "http-auth@example.org", "Circle of Life");
    return digest_response(
        which,
        {ha1, "GET", "/dir/index.html", rfc7616_nonce, "00000001", rfc7616_cnonce, "auth", {}});
}

TEST(Digest, Rfc7616Md5) {
    EXPECT_EQ(rfc7616(digest_algorithm::md5), "8ca523f5e9506fed4657c9700eebdbec");
}

TEST(Digest, Rfc7616Sha256) {
    EXPECT_EQ(rfc7616(digest_algorithm::sha256),
              "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

// RFC 2617, 3.5.
TEST(Digest, Rfc2617WithQop) {
    auto ha1 = digest_ha1(digest_algorithm::md5, "Mufasa", "testrealm@host.com", "Circle Of Life");
    EXPECT_EQ(ha1, "939e7578ed9e3c518a452acee763bce9");
    EXPECT_EQ(digest_response(digest_algorithm::md5, {ha1,
                                                      "GET",
                                                      "/dir/index.html",
                                                      "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                                                      "00000001",
                                                      "0a4f113b",
                                                      "auth",
                                                      {}}),
              "6629fae49393a05397450978507c4ef1");
}

// RFC 2069, 2.4 as corrected by its erratum 749: no qop.
TEST(Digest, Rfc2069WithoutQop) {
    auto ha1 = digest_ha1(digest_algorithm::md5, "Mufasa", "testrealm@host.com", "CircleOfLife");
    EXPECT_EQ(
        digest_response(
            digest_algorithm::md5,
            {ha1, "GET", "/dir/index.html", "dcd98b7102dd2f0e8b11d0f600bfb0c093", {}, {}, {}, {}}),
        "1949323746fe6a43ef61f9606e7febea");
}

TEST(Digest, NamesOfAlgorithms) {
    EXPECT_EQ(digest_algorithm_of(""), digest_algorithm::md5);
    EXPECT_EQ(digest_algorithm_of("md5"), digest_algorithm::md5);
    EXPECT_EQ(digest_algorithm_of("sha-256"), digest_algorithm::sha256);
    EXPECT_EQ(digest_algorithm_of("MD5-sess"), std::nullopt);
    EXPECT_EQ(digest_algorithm_of("SHA-512-256"), std::nullopt);
}

TEST(Digest, ComparesWholeTexts) {
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
    EXPECT_TRUE(equal_in_constant_time("", ""));
}

}  // namespace
}  // namespace strowger::sofia
