// The packaged libsrtp opens what ours seals, and the reverse, rollover included.
#include "suite.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>

namespace strowger::srtp::testing {
namespace {

std::vector<std::string> ask_peer(const std::string& way, const suite& cipher, const secret& key,
                                  const std::string& what, const std::vector<bytes>& packets) {
    auto bytes_of_key = key.bytes();
    std::string line = std::string(PACKAGED_SRTP_PEER) + " " + way + " " +
                       std::string(cipher.name) + " " +
                       to_hex(bytes(bytes_of_key.begin(), bytes_of_key.end())) + " " + what;
    for (const auto& packet : packets) line += " " + to_hex(packet);
    std::vector<std::string> answers;
    auto* pipe = popen(line.c_str(), "r");
    if (!pipe) return answers;
    std::string text;
    char part[4096];
    while (auto count = fread(part, 1, sizeof part, pipe)) text.append(part, count);
    EXPECT_EQ(pclose(pipe), 0);
    std::istringstream in(text);
    for (std::string answer; std::getline(in, answer);) answers.push_back(answer);
    return answers;
}

class interop : public ::testing::TestWithParam<std::string_view> {
protected:
    const suite& cipher_ = *find_suite(GetParam());
    secret key_ = key_for(cipher_);
    std::shared_ptr<library> kernel_ = kernel();
};

std::vector<bytes> packets_over_the_rollover() {
    std::vector<bytes> packets;
    for (std::uint32_t i = 65530; i < 65545; ++i)
        packets.push_back(rtp_packet(static_cast<std::uint16_t>(i)));
    return packets;
}

TEST_P(interop, the_peer_opens_ours) {
    auto out = transform_for(kernel_, cipher_, key_, way::protect);
    auto plain = packets_over_the_rollover();
    std::vector<bytes> sealed;
    for (const auto& packet : plain) sealed.push_back(run(*out, packet));
    auto forged = sealed.back();
    forged[20] ^= 1;
    sealed.push_back(forged);
    auto opened = ask_peer("unprotect", cipher_, key_, "rtp", sealed);
    ASSERT_EQ(opened.size(), plain.size() + 1);
    for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(opened[i], to_hex(plain[i]));
    EXPECT_EQ(opened.back(), "-");

    auto control = run(*out, rtcp_packet(), kind::rtcp);
    EXPECT_EQ(ask_peer("unprotect", cipher_, key_, "rtcp", {control}).at(0), to_hex(rtcp_packet()));
}

TEST_P(interop, ours_opens_the_peers) {
    auto in = transform_for(kernel_, cipher_, key_, way::unprotect);
    auto plain = packets_over_the_rollover();
    auto sealed = ask_peer("protect", cipher_, key_, "rtp", plain);
    ASSERT_EQ(sealed.size(), plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i)
        EXPECT_EQ(to_hex(run(*in, from_hex(sealed[i]))), to_hex(plain[i]));
    auto control = ask_peer("protect", cipher_, key_, "rtcp", {rtcp_packet()});
    EXPECT_EQ(to_hex(run(*in, from_hex(control.at(0)), kind::rtcp)), to_hex(rtcp_packet()));
}

INSTANTIATE_TEST_SUITE_P(peers, interop,
                         ::testing::Values("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32",
                                           "AES_256_CM_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_32",
                                           "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"));

}  // namespace
}  // namespace strowger::srtp::testing
