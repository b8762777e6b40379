// Dialog state, routes and numbers (RFC 3261, 12), and the fields they are made of.
#include "dialog/dialog.hpp"
#include "dialog/fields.hpp"
#include "dialog/nat.hpp"

#include <strowger/text.hpp>

#include <gtest/gtest.h>

using namespace strowger;
using namespace strowger::sofia;

namespace {

message parsed(std::string_view start, std::string_view more) {
    auto out = message::parse(
        cat(start,
            "\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
            "From: \"A\" <sip:a@one.example>;tag=them;x=y\r\nTo: <sip:b@two.example>;tag=other\r\n"
            "Call-ID: c\r\nCSeq: 7 INVITE\r\n",
            more, "\r\n"));
    return out ? std::move(*out) : message{};
}

TEST(dialog_state, of_a_request) {
    auto d = dialog::of_request(parsed("INVITE sip:b@two.example SIP/2.0",
                                       "Record-Route: <sip:p1.example;lr>, <sip:p2.example;lr>\r\n"
                                       "Contact: <sip:a@192.0.2.1:5070>\r\n"),
                                "ours");
    EXPECT_EQ(d.state(), dialog_state::early);
    EXPECT_EQ(d.remote_tag(), "them");
    EXPECT_EQ(d.remote_target(), "sip:a@192.0.2.1:5070");
    EXPECT_EQ(d.next_hop(), "sip:p1.example;lr");
    auto bye = d.request("BYE");
    ASSERT_TRUE(bye);
    EXPECT_EQ(bye->request_uri, "sip:a@192.0.2.1:5070");
    EXPECT_EQ(bye->routes,
              (std::vector<std::string>{"<sip:p1.example;lr>", "<sip:p2.example;lr>"}));
    EXPECT_EQ(bye->from, "<sip:b@two.example>;tag=ours");
    EXPECT_EQ(bye->to, "\"A\" <sip:a@one.example>;x=y;tag=them");
    EXPECT_EQ(bye->cseq, 1u);
    EXPECT_EQ(d.request("INFO")->cseq, 2u);
}

// RFC 3261, 12.2.1.1: a route without lr is a strict router.
TEST(dialog_state, strict_router) {
    auto d = dialog::of_request(parsed("INVITE sip:b@two.example SIP/2.0",
                                       "Record-Route: <sip:strict.example>, <sip:p2.example;lr>\r\n"
                                       "Contact: <sip:a@192.0.2.1>\r\n"),
                                "ours");
    auto bye = d.request("BYE");
    EXPECT_EQ(bye->request_uri, "sip:strict.example");
    EXPECT_EQ(bye->routes, (std::vector<std::string>{"<sip:p2.example;lr>", "<sip:a@192.0.2.1>"}));
}

TEST(dialog_state, of_a_response_routes_are_reversed) {
    request_parts sent;
    sent.from = "<sip:us@pbx>;tag=ours";
    sent.to = "<sip:them@far>";
    sent.call_id = "c";
    sent.cseq = 4;
    sent.request_uri = "sip:them@far";
    auto d = dialog::of_response(
        sent, parsed("SIP/2.0 200 OK", "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n"));
    EXPECT_EQ(d.remote_target(), "sip:them@far");  // no Contact: what we called
    EXPECT_EQ(d.next_hop(), "sip:p2;lr");
    EXPECT_EQ(d.ack(4).cseq, 4u);
    EXPECT_EQ(d.request("BYE")->cseq, 5u);
    EXPECT_EQ(d.request("BYE")->to, "<sip:them@far>;tag=other");
}

TEST(dialog_state, numbers_in_order) {
    auto d = dialog::of_request(parsed("INVITE sip:b@two.example SIP/2.0", ""), "ours");
    EXPECT_FALSE(d.in_order(6));
    EXPECT_TRUE(d.in_order(7));
    EXPECT_TRUE(d.in_order(9));
    EXPECT_FALSE(d.in_order(8));
    EXPECT_TRUE(d.in_order(0xffffffffU));
    EXPECT_FALSE(d.in_order(10));
}

TEST(fields, uris_taken_apart) {
    uri_target t;
    ASSERT_TRUE(split_uri("sip:a%23@[2001:db8::1]:5071;transport=TLS;lr?X=y", t));
    EXPECT_EQ(t.user, "a%23");
    EXPECT_EQ(t.host, "2001:db8::1");
    EXPECT_EQ(t.port, 5071);
    EXPECT_EQ(t.transport, "tls");
    EXPECT_TRUE(t.loose);
    ASSERT_TRUE(split_uri("sips:host", t));
    EXPECT_TRUE(t.secure && t.user.empty() && t.port == 0);
    for (auto bad : {"", "sip:", "tel:123", "sip:a@", "sip:a@b:0", "sip:a@b:99999", "sip:a@[::1",
                     "sip:a@[::1]x"})
        EXPECT_FALSE(split_uri(bad, t)) << bad;
}

TEST(fields, users_and_names) {
    EXPECT_EQ(escape_user("1001"), "1001");
    EXPECT_EQ(escape_user("a b@c;d\r\n"), "a%20b%40c%3Bd%0D%0A");
    EXPECT_EQ(display_text("\"A \\\"B\\\"\""), "A \"B\"");
    EXPECT_EQ(display_text("plain"), "plain");
    EXPECT_EQ(display_text(nullptr), "");
    // RFC 3261, 7.3.1: a header that goes on in another line.
    EXPECT_EQ(display_text("\"Alice\r\n  Smith\""), "Alice Smith");
    EXPECT_EQ(display_text("Alice \r\n\tSmith"), "Alice Smith");
    url_t uri{};
    uri.url_user = "%23100;phone-context=x";
    EXPECT_EQ(user_text(&uri), "#100");
}

TEST(nat, private_addresses) {
    auto is = [](const char* text) { return is_private(boost::asio::ip::make_address(text)); };
    for (auto each : {"127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.1", "192.168.0.1",
                      "169.254.1.1", "::1", "fe80::1", "fd00::1"})
        EXPECT_TRUE(is(each)) << each;
    for (auto each : {"192.0.2.1", "172.32.0.1", "172.15.0.1", "11.0.0.1", "2001:db8::1"})
        EXPECT_FALSE(is(each)) << each;
}

}  // namespace
