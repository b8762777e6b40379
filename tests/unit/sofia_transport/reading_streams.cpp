#include "transport/stream_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace strowger::sofia {
namespace {

// What came out, as a dialogue: "message:N bytes", "ping", "400 why", "garbage why".
std::vector<std::string> all_items(stream_reader& reader) {
    std::vector<std::string> said;
    while (auto found = reader.next()) {
        switch (found->what) {
            case stream_reader::kind::message:
                said.push_back("message " + std::string(found->bytes));
                break;
            case stream_reader::kind::ping:
                said.push_back("ping");
                break;
            case stream_reader::kind::refused:
                said.push_back(std::to_string(found->status) + " " + std::string(found->why));
                break;
            case stream_reader::kind::garbage:
                said.push_back("garbage: " + std::string(found->why));
                break;
        }
    }
    return said;
}

using lines = std::vector<std::string>;

// The same bytes in pieces of every size must give the same.
lines read(std::string_view bytes, stream_reader::limits most = {}) {
    stream_reader whole(most);
    whole.feed(bytes);
    auto expected = all_items(whole);
    for (std::size_t piece : {1, 2, 3, 7, 64}) {
        stream_reader reader(most);
        lines said;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            reader.feed(bytes.substr(at, piece));
            for (auto& each : all_items(reader)) said.push_back(std::move(each));
        }
        EXPECT_EQ(said, expected) << "in pieces of " << piece;
    }
    return expected;
}

const std::string options = "OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 0\r\n\r\n";
const std::string with_body = "INVITE sip:a@b SIP/2.0\r\nl : 5\r\n\r\nv=0\r\n";
const std::string answer = "SIP/2.0 200 OK\r\nCONTENT-LENGTH:\r\n 3\r\n\r\nabc";

TEST(stream_reader, one_message) { EXPECT_EQ(read(options), lines{"message " + options}); }

TEST(stream_reader, several_in_one_read) {
    EXPECT_EQ(read(options + with_body + answer),
              (lines{"message " + options, "message " + with_body, "message " + answer}));
}

TEST(stream_reader, a_part_is_not_a_message) {
    EXPECT_EQ(read(with_body.substr(0, with_body.size() - 1)), lines{});
    EXPECT_EQ(read("OPT"), lines{});
    EXPECT_EQ(read("OPTIONS sip:a@b SIP/2.0\r\nCall-ID"), lines{});
}

TEST(stream_reader, pings_of_rfc_5626) {
    EXPECT_EQ(read("\r\n\r\n"), lines{"ping"});
    EXPECT_EQ(read("\r\n\r\n\r\n\r\n" + options + "\r\n\r\n"),
              (lines{"ping", "ping", "message " + options, "ping"}));
    EXPECT_EQ(read("\r\n"), lines{});                                // the answer to our own
    EXPECT_EQ(read("\r\n" + options), lines{"message " + options});  // RFC 3261, 7.5
    EXPECT_EQ(read("\r\n" + options + "\r\n" + options),
              (lines{"message " + options, "message " + options}));
}

TEST(stream_reader, content_length_is_needed) {
    EXPECT_EQ(read("OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\n\r\n" + options),
              lines{"400 Missing Content-Length"});
    EXPECT_EQ(read("OPTIONS sip:a@b SIP/2.0\r\n\r\n"), lines{"400 Missing Content-Length"});
}

TEST(stream_reader, content_length_must_be_a_number_and_one) {
    for (std::string value : {"-1", "x", "", "1 2", "0x10", "99999999999999999999", "+5"})
        EXPECT_EQ(read("OPTIONS sip:a@b SIP/2.0\r\nContent-Length: " + value + "\r\n\r\n"),
                  lines{"400 Bad Content-Length"})
            << value;
    EXPECT_EQ(read("OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\nl: 4\r\n\r\nabcd"),
              lines{"400 Bad Content-Length"});
    auto twice = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 2\r\nl: 2\r\n\r\nab";
    EXPECT_EQ(read(twice), lines{std::string("message ") + twice});
}

TEST(stream_reader, a_wrong_content_length_makes_the_rest_garbage) {
    EXPECT_EQ(read("INVITE sip:a@b SIP/2.0\r\nl: 3\r\n\r\nv=0\r\no=x\r\n"),
              (lines{"message INVITE sip:a@b SIP/2.0\r\nl: 3\r\n\r\nv=0",
                     "garbage: its first line is not one of SIP/2.0"}));
}

TEST(stream_reader, limits) {
    EXPECT_EQ(read("INVITE sip:a@b SIP/2.0\r\nl: 1000\r\n\r\n", {200, 10}),
              lines{"513 Message Too Large"});
    EXPECT_EQ(read("INVITE sip:a@b SIP/2.0\r\nX: " + std::string(300, 'x'), {200, 10}),
              lines{"garbage: the head of its message is larger than allowed"});
    EXPECT_EQ(read(std::string(300, 'A'), {200, 10}),
              lines{"garbage: its first line does not end"});
    std::string many = "OPTIONS sip:a@b SIP/2.0\r\n";
    for (int i = 0; i < 11; ++i) many += "X: y\r\n";
    EXPECT_EQ(read(many + "l: 0\r\n\r\n", {2000, 10}),
              lines{"garbage: its message has more headers than allowed"});
    std::string exact = "OPTIONS sip:a@b SIP/2.0\r\nl: 0\r\n";
    for (int i = 0; i < 9; ++i) exact += "X: y\r\n z\r\n";  // folded: still one header
    EXPECT_EQ(read(exact + "\r\n", {2000, 10}), lines{"message " + exact + "\r\n"});
}

TEST(stream_reader, what_is_not_sip_is_known_by_its_first_line) {
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
              lines{"garbage: its first line is not one of SIP/2.0"});
    EXPECT_EQ(read(std::string("\x16\x03\x01\x02\x00\x01", 6)),
              lines{"garbage: it speaks TLS on the port for plain TCP"});
    EXPECT_EQ(read(std::string("\x00\x01\x02", 3)), lines{"garbage: it does not speak SIP"});
    EXPECT_EQ(read("\rX"), lines{"garbage: it does not speak SIP"});
}

TEST(stream_reader, nothing_is_kept_between_messages) {
    stream_reader reader({});
    reader.feed(options);
    ASSERT_TRUE(reader.next());
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.buffered(), 0u);
}

}  // namespace
}  // namespace strowger::sofia
