#include "message/build.hpp"
#include "wire.hpp"

#include <gmock/gmock.h>
#include <sofia-sip/sip_header.h>

#include <set>

using namespace strowger;
using namespace strowger::sofia;
using testing::HasSubstr;
using testing::Not;

namespace {

message request_of(const std::string& text) { return std::move(*message::parse(text)); }

request_parts options() {
    request_parts parts;
    parts.request_uri = "sip:bob@192.0.2.4";
    parts.from = "\"Alice\" <sip:alice@example.com>;tag=88";
    parts.to = "<sip:bob@example.com>";
    parts.call_id = "c1";
    parts.cseq = 7;
    return parts;
}

// RFC 3261, 8.2.6.2 and 12.1.1.
TEST(Response, CopiesWhatItMust) {
    auto request = request_of(
        with_line(alice_calls_bob, "Via",
                  "Via: SIP/2.0/UDP p.example.com;branch=z9hG4bK1;received=192.0.2.9\r\n"
                  "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8\r\n"
                  "Record-Route: <sip:p.example.com;lr>\r\nRecord-Route: <sip:q.example.com;lr>"));
    EXPECT_EQ(make_response(request, 180, {}, "a6c85cf").print(), wire(R"(SIP/2.0 180 Ringing
Via: SIP/2.0/UDP p.example.com;branch=z9hG4bK1;received=192.0.2.9
Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8
Record-Route: <sip:p.example.com;lr>
Record-Route: <sip:q.example.com;lr>
From: Alice <sip:alice@atlanta.com>;tag=1928301774
To: Bob <sip:bob@biloxi.com>;tag=a6c85cf
Call-ID: a84b4c76e66710
CSeq: 314159 INVITE
Content-Length: 0

)"));
    EXPECT_THAT(make_response(request, 486).print(), Not(HasSubstr("Record-Route")));
}

TEST(Response, ATrying100HasNoTagAndTheTimestamp) {
    auto request = request_of(with_line(alice_calls_bob, "Contact", "Timestamp: 54.21"));
    auto trying = make_response(request, 100).print();
    EXPECT_THAT(trying, HasSubstr("SIP/2.0 100 Trying\r\n"));
    EXPECT_THAT(trying, HasSubstr("To: Bob <sip:bob@biloxi.com>\r\n"));
    EXPECT_THAT(trying, HasSubstr("Timestamp: 54.21\r\n"));
    EXPECT_THAT(make_response(request, 180).print(), Not(HasSubstr("Timestamp")));
}

// RFC 3261, 8.2.7: a stateless server gives the same To tag to each copy of a request.
TEST(Response, TheMadeToTagIsTheSameForTheSameRequest) {
    auto tag = [](const std::string& text) {
        return std::string(make_response(request_of(text), 401).to_tag());
    };
    auto first = tag(alice_calls_bob);
    EXPECT_EQ(first.size(), 16u);
    EXPECT_EQ(tag(alice_calls_bob), first);
    EXPECT_NE(tag(with_line(alice_calls_bob, "Call-ID", "Call-ID: other")), first);
    EXPECT_NE(tag(with_line(alice_calls_bob, "CSeq", "CSeq: 314160 INVITE")), first);
    EXPECT_NE(tag(with_line(alice_calls_bob, "From", "From: <sip:alice@atlanta.com>;tag=2")),
              first);
    EXPECT_NE(tag(with_line(alice_calls_bob, "Via", "Via: SIP/2.0/UDP h;branch=z9hG4bK2")), first);
}

TEST(Response, AnExistingToTagStays) {
    auto request =
        request_of(with_line(alice_calls_bob, "To", "To: Bob <sip:bob@biloxi.com>;tag=theirs"));
    EXPECT_EQ(make_response(request, 200, {}, "mine").to_tag(), "theirs");
}

TEST(Response, NeitherPhraseNorTagInjects) {
    auto request = request_of(alice_calls_bob);
    EXPECT_THAT(make_response(request, 404, "Gone\r\nX: y").print(),
                HasSubstr("SIP/2.0 404 Not Found\r\n"));
    EXPECT_THAT(make_response(request, 404, {}, "a\r\nX: y").print(), Not(HasSubstr("X: y")));
    EXPECT_THAT(make_response(request, 404, {}, "a;b=c").print(), Not(HasSubstr("b=c")));
    EXPECT_THAT(make_response(request, 404, "Your phrase").print(),
                HasSubstr("SIP/2.0 404 Your phrase\r\n"));
}

TEST(Response, ToARequestWithoutItsHeadersHasTheOthers) {
    auto request = request_of(with_line(with_line(alice_calls_bob, "To", ""), "CSeq", ""));
    EXPECT_EQ(make_response(request, 400).print(), wire(R"(SIP/2.0 400 Bad Request
Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8
From: Alice <sip:alice@atlanta.com>;tag=1928301774
Call-ID: a84b4c76e66710
Content-Length: 0

)"));
}

TEST(Request, FromItsParts) {
    auto parts = options();
    parts.routes = {"<sip:p1;lr>", "<sip:p2;lr>"};
    parts.contact = "<sip:alice@192.0.2.1>";
    parts.headers = {{"User-Agent", "Strowger"}, {"X-Mine", "a b"}, {"Supported", "path, gruu"}};
    parts.content_type = "application/sdp";
    parts.body = "v=0\r\n";
    auto made = make_request(parts);
    ASSERT_TRUE(made) << made.error().text;
    EXPECT_EQ(made->print(), wire(R"(OPTIONS sip:bob@192.0.2.4 SIP/2.0
Route: <sip:p1;lr>
Route: <sip:p2;lr>
Max-Forwards: 70
From: "Alice" <sip:alice@example.com>;tag=88
To: <sip:bob@example.com>
Call-ID: c1
CSeq: 7 OPTIONS
Contact: <sip:alice@192.0.2.1>
User-Agent: Strowger
Supported: path, gruu
Content-Type: application/sdp
Content-Length: 5
X-Mine: a b

v=0
)"));
    EXPECT_EQ(message::parse(made->print())->check(), "it has no Via header");
}

TEST(Request, TheUrisOwnHeadersStayOut) {
    auto parts = options();
    parts.request_uri = "sip:bob@192.0.2.4;transport=tcp?Subject=hi";
    EXPECT_THAT(make_request(parts)->print(),
                HasSubstr("OPTIONS sip:bob@192.0.2.4;transport=tcp SIP/2.0\r\n"));
}

TEST(Request, NoPartInjects) {
    const std::string evil = "x\r\nX-Evil: 1";
    std::vector<std::function<void(request_parts&)>> ways{
        [&](auto& p) { p.method = evil; },
        [&](auto& p) { p.request_uri = "sip:" + evil; },
        [&](auto& p) { p.request_uri = "sip:bob@h SIP/2.0"; },
        [&](auto& p) { p.request_uri = ""; },
        [&](auto& p) { p.request_uri = "*"; },
        [&](auto& p) { p.routes = {"<sip:p>\r\nX-Evil: 1"}; },
        [&](auto& p) { p.from = "<sip:a@b>;tag=" + evil; },
        [&](auto& p) { p.to = "<sip:a@b>\nX-Evil: 1"; },
        [&](auto& p) { p.to = std::string("<sip:a@b>\0", 10); },
        [&](auto& p) { p.from = "no brackets <"; },
        [&](auto& p) { p.call_id = evil; },
        [&](auto& p) { p.contact = "<sip:a@b>\r\nX-Evil: 1"; },
        [&](auto& p) {
            p.headers = {{"X-A", evil}};
        },
        [&](auto& p) {
            p.headers = {{"X-A: 1\r\nX-Evil", "1"}};
        },
        [&](auto& p) {
            p.headers = {{"", "1"}};
        },
        [&](auto& p) { p.content_type = "text/plain\r\nX-Evil: 1"; },
        [&](auto& p) { p.content_type = "nonsense"; },
    };
    for (std::size_t i = 0; i < ways.size(); ++i) {
        auto parts = options();
        ways[i](parts);
        auto made = make_request(parts);
        ASSERT_FALSE(made) << i << ": " << made->print();
        EXPECT_EQ(made.error().code, errc::bad_syntax) << i;
    }
}

TEST(AddHeader, KnownBrokenAndSecond) {
    auto made = std::move(*make_request(options()));
    EXPECT_TRUE(add_header(made, "Allow", "INVITE, ACK"));
    EXPECT_TRUE(add_header(made, "Allow", "BYE"));
    EXPECT_TRUE(add_header(made, "Expires", "60"));
    EXPECT_EQ(add_header(made, "Expires", "61").error().code, errc::already_exists);
    EXPECT_EQ(add_header(made, "Min-Expires", "soon").error().code, errc::bad_syntax);
    EXPECT_TRUE(add_header(made, "Contact", "<sip:a@b>, <sip:c@d>;expires=3"));
    EXPECT_TRUE(add_header(made, "X-One", "1"));
    EXPECT_TRUE(add_header(made, "X-One", "2"));
    auto text = made.print();
    EXPECT_THAT(text, HasSubstr("Allow: INVITE, ACK, BYE\r\n"));
    EXPECT_THAT(text, HasSubstr("Expires: 60\r\n"));
    EXPECT_THAT(text, HasSubstr("Contact: <sip:a@b>\r\nContact: <sip:c@d>;expires=3\r\n"));
    EXPECT_THAT(text, HasSubstr("X-One: 1\r\nX-One: 2\r\n"));
    message none;
    EXPECT_FALSE(add_header(none, "X", "1"));
}

TEST(AddHeader, ChangesAParsedMessageToo) {
    auto parsed = request_of(alice_calls_bob);
    ASSERT_TRUE(add_header(parsed, "Supported", "timer"));
    set_body(parsed, "text/plain", "hi");
    EXPECT_THAT(parsed.print(), HasSubstr("Content-Type: text/plain\r\nContent-Length: 2\r\n"));
    EXPECT_THAT(parsed.print(), HasSubstr("Supported: timer\r\n"));
}

TEST(SetBody, ReplacesTheFormerOne) {
    auto made = std::move(*make_request(options()));
    set_body(made, "text/plain", "first, and longer");
    set_body(made, "application/sdp", std::string_view("a\0b", 3));
    auto text = made.print();
    EXPECT_THAT(text, Not(HasSubstr("text/plain")));
    EXPECT_THAT(text, HasSubstr("Content-Length: 3\r\n\r\n" + std::string("a\0b", 3)));
    set_body(made, {}, {});
    EXPECT_THAT(made.print(), HasSubstr("Content-Length: 0\r\n\r\n"));
    EXPECT_THAT(made.print(), Not(HasSubstr("Content-Type")));
}

TEST(Names, AreLongAndNeverTheSame) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(seen.insert(new_tag()).second);
        EXPECT_TRUE(seen.insert(new_call_id()).second);
        EXPECT_TRUE(seen.insert(new_branch()).second);
    }
    EXPECT_EQ(new_tag().size(), 16u);
    EXPECT_EQ(new_call_id().size(), 32u);
    EXPECT_EQ(new_branch().substr(0, 7), "z9hG4bK");  // RFC 3261, 8.1.1.7
    EXPECT_EQ(new_branch().size(), 23u);
}

TEST(Names, DisplayNames) {
    EXPECT_EQ(quote_display("Alice"), "Alice");
    EXPECT_EQ(quote_display(""), "");
    EXPECT_EQ(quote_display("Alice Smith"), "\"Alice Smith\"");
    EXPECT_EQ(quote_display("a\"b\\c"), "\"a\\\"b\\\\c\"");
    EXPECT_EQ(quote_display("a\r\nX: y"), "\"aX: y\"");
    EXPECT_EQ(quote_display("J\xc3\xbcrgen"), "\"J\xc3\xbcrgen\"");
}

TEST(Names, Phrases) {
    EXPECT_EQ(status_phrase(180), "Ringing");
    EXPECT_EQ(status_phrase(488), "Not Acceptable Here");
    EXPECT_EQ(status_phrase(699), "Unknown");
    EXPECT_EQ(status_phrase(-1), "Unknown");
}

}  // namespace
