#include "transport/flow.hpp"
#include "transport/sockets.hpp"

#include <gtest/gtest.h>

namespace strowger::sofia {
namespace {

std::string round_trip(std::string_view text, std::uint16_t port = 5060) {
    auto parsed = parse_address(text, port);
    return parsed ? to_string(*parsed) : "error: " + parsed.error().text;
}

TEST(address, both_families_with_and_without_port) {
    EXPECT_EQ(round_trip("192.0.2.1:5080"), "192.0.2.1:5080");
    EXPECT_EQ(round_trip("192.0.2.1"), "192.0.2.1:5060");
    EXPECT_EQ(round_trip("[2001:db8::1]:5080"), "[2001:db8::1]:5080");
    EXPECT_EQ(round_trip("[2001:db8::1]"), "[2001:db8::1]:5060");
    EXPECT_EQ(round_trip("2001:db8::1", 5061), "[2001:db8::1]:5061");
    EXPECT_EQ(round_trip("192.0.2.1:0"), "192.0.2.1:0");
}

TEST(address, what_is_none_is_refused_with_a_reason) {
    for (auto text : {"", "example.com", "192.0.2.1:", "192.0.2.1:x", "192.0.2.1:65536",
                      "192.0.2.1:-1", "[2001:db8::1", "[2001:db8::1]5060", "[192.0.2.1]:5060",
                      "192.0.2", "192.0.2.1:5060 ", "[]", ":5060"}) {
        auto parsed = parse_address(text, 5060);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, errc::bad_syntax) << text;
        EXPECT_NE(parsed.error().text.find("is not an address"), std::string::npos);
    }
}

TEST(address, the_systems_form_and_back) {
    for (auto text : {"192.0.2.1:5060", "[2001:db8::1]:65535", "[fe80::1]:1", "0.0.0.0:0"}) {
        auto parsed = parse_address(text, 0);
        ASSERT_TRUE(parsed);
        EXPECT_EQ(to_string(from_system(to_system(*parsed))), text);
    }
}

TEST(address, order_and_equality) {
    auto a = *parse_address("192.0.2.1:1", 0), b = *parse_address("192.0.2.1:2", 0),
         c = *parse_address("192.0.2.2:1", 0);
    EXPECT_TRUE(a < b && b < c && a < c);
    EXPECT_TRUE(a == a && a != b);
}

TEST(address, names_of_transports) {
    EXPECT_EQ(to_string(transport_kind::tls), "tls");
    EXPECT_EQ(via_name(transport_kind::udp), "UDP");
    EXPECT_EQ(via_name(transport_kind::tcp), "TCP");
    EXPECT_EQ(via_name(transport_kind::tls), "TLS");
}

}  // namespace
}  // namespace strowger::sofia
