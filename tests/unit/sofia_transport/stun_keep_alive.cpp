#include "transport/stun.hpp"

#include <gtest/gtest.h>

namespace strowger::sofia {
namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (auto each : values) out.push_back(static_cast<char>(each));
    return out;
}

// RFC 5769, 2.2 and 2.3: transaction id b7e7a701bc34d686fa87dfae, and the mapped addresses
// 192.0.2.1:32853 and [2001:db8:1234:5678:11:2233:4455:6677]:32853 with their encodings.
const std::string transaction = bytes({0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                                       0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae});
const std::string request = bytes({0x00, 0x01, 0x00, 0x00}) + transaction;

TEST(stun, binding_answer_for_ipv4) {
    EXPECT_EQ(answer_stun(request, *parse_address("192.0.2.1:32853", 0)),
              bytes({0x01, 0x01, 0x00, 0x0c}) + transaction +
                  bytes({0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43}));
}

TEST(stun, binding_answer_for_ipv6) {
    EXPECT_EQ(
        answer_stun(request, *parse_address("[2001:db8:1234:5678:11:2233:4455:6677]:32853", 0)),
        bytes({0x01, 0x01, 0x00, 0x18}) + transaction +
            bytes({0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa,
                   0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9}));
}

TEST(stun, only_binding_requests_are_answered) {
    auto peer = *parse_address("192.0.2.1:1", 0);
    EXPECT_EQ(answer_stun(bytes({0x01, 0x01, 0x00, 0x00}) + transaction, peer), "");
    EXPECT_EQ(answer_stun(request.substr(0, 19), peer), "");
    EXPECT_EQ(answer_stun("", peer), "");
    EXPECT_FALSE(is_stun("OPTIONS sip:a@b SIP/2.0\r\n"));
    EXPECT_TRUE(is_stun(request));
}

}  // namespace
}  // namespace strowger::sofia
