#include "message/head.hpp"
#include "message/message.hpp"
#include "wire.hpp"

#include <gmock/gmock.h>

using namespace strowger;
using namespace strowger::sofia;
using testing::HasSubstr;

namespace {

std::string check_of(const std::string& text) {
    auto parsed = message::parse(text);
    return parsed ? parsed->check() : "not parsed: " + parsed.error().text;
}

TEST(Parse, ReadsARequest) {
    auto parsed = message::parse(alice_calls_bob);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->is_request());
    EXPECT_EQ(parsed->method(), sip_method_invite);
    EXPECT_EQ(parsed->method_name(), "INVITE");
    EXPECT_EQ(parsed->status(), 0);
    EXPECT_EQ(parsed->call_id(), "a84b4c76e66710");
    EXPECT_EQ(parsed->from_tag(), "1928301774");
    EXPECT_EQ(parsed->to_tag(), "");
    EXPECT_EQ(parsed->body(), "");
    EXPECT_EQ(parsed->check(), "");
}

TEST(Parse, ReadsAResponseWithBody) {
    auto parsed = message::parse(wire(R"(SIP/2.0 200 OK
Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8;received=192.0.2.1
From: Alice <sip:alice@atlanta.com>;tag=1928301774
To: Bob <sip:bob@biloxi.com>;tag=a6c85cf
Call-ID: a84b4c76e66710
CSeq: 314159 INVITE
Content-Type: text/plain
Content-Length: 5

hello)"));
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(parsed->is_request());
    EXPECT_EQ(parsed->status(), 200);
    EXPECT_EQ(parsed->method(), sip_method_invite);
    EXPECT_EQ(parsed->to_tag(), "a6c85cf");
    EXPECT_EQ(parsed->body(), "hello");
    EXPECT_EQ(parsed->check(), "");
}

TEST(Parse, AnUnknownMethodKeepsItsName) {
    auto text = with_line(alice_calls_bob, "CSeq", "CSeq: 1 NEWMETHOD");
    text.replace(0, 6, "NEWMETHOD");
    auto parsed = message::parse(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->method(), sip_method_unknown);
    EXPECT_EQ(parsed->method_name(), "NEWMETHOD");
    EXPECT_EQ(parsed->check(), "");
}

TEST(Parse, AnEmptyMessageIsSafeToAsk) {
    message none;
    EXPECT_FALSE(none);
    EXPECT_EQ(none.sip(), nullptr);
    EXPECT_EQ(none.home(), nullptr);
    EXPECT_EQ(none.method_name(), "");
    EXPECT_EQ(none.body(), "");
    EXPECT_EQ(none.print(), "");
    EXPECT_NE(none.check(), "");
    EXPECT_FALSE(copy(none));
}

TEST(Parse, WhatIsNoSipMessageIsRefusedWithItsBeginning) {
    for (std::string text :
         {"", "\r\n\r\n", "hello\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01zz"}) {
        auto parsed = message::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, errc::bad_syntax);
    }
    EXPECT_THAT(message::parse("GET / HTTP/1.1\r\nHost: x\r\n\r\n").error().text,
                HasSubstr("GET / HTTP/1.1"));
    // What an operator's terminal would obey does not reach it.
    EXPECT_THAT(message::parse("\x1b[2Jhello\r\n\r\n").error().text, HasSubstr(".[2Jhello"));
}

TEST(Parse, ANulAmongTheHeadersIsRefusedAndInTheBodyKept) {
    auto text = alice_calls_bob;
    text[40] = '\0';
    EXPECT_FALSE(message::parse(text));
    auto body = with_line(alice_calls_bob, "Content-Length", "Content-Length: 3");
    body += std::string("a\0b", 3);
    auto parsed = message::parse(body);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->body(), std::string_view("a\0b", 3));
}

TEST(Parse, HugeMessagesAndHeaderCountsAreRefusedBeforeTheParser) {
    EXPECT_FALSE(message::parse(std::string(max_parsed_bytes + 1, 'a')));
    // sofia-sip's parser recurses for each element of a list.
    std::string commas = "Accept: a/b";
    for (std::size_t i = 0; i < max_header_parts; ++i) commas += ",a/b";
    EXPECT_THAT(check_of(with_line(alice_calls_bob, "Contact", commas)), HasSubstr("more than"));
    std::string headers;
    for (std::size_t i = 0; i < max_header_parts; ++i) headers += "X: y\r\n";
    EXPECT_THAT(check_of(with_line(alice_calls_bob, "Contact", headers + "X: y")),
                HasSubstr("more than"));
    // At the limit it is parsed: stack and time suffice.
    std::string within = "Accept: a/b";
    for (std::size_t i = 0; i < max_header_parts - 20; ++i) within += ",a/b";
    EXPECT_EQ(check_of(with_line(alice_calls_bob, "Contact", within)), "");
}

TEST(Parse, EveryTruncationEndsWell) {
    auto whole = with_line(alice_calls_bob, "Content-Length", "Content-Length: 4") + "body";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        auto parsed = message::parse(whole.substr(0, length));
        if (!parsed) continue;
        EXPECT_NE(parsed->check(), "") << "cut to " << length;
        parsed->print();
    }
}

TEST(Parse, EveryChangedByteEndsWell) {
    for (std::size_t at = 0; at < alice_calls_bob.size(); ++at)
        for (char c :
             {'\0', '\r', '\n', ' ', ',', ';', '"', '<', '>', ':', '@', '[', '\\', '\xff'}) {
            auto text = alice_calls_bob;
            text[at] = c;
            auto parsed = message::parse(text);
            if (!parsed) continue;
            parsed->check();
            auto again = message::parse(parsed->print());
            if (again) again->check();
            copy(*parsed).print();
        }
}

TEST(Parse, ACopyOutlivesItsOriginal) {
    message twin;
    {
        auto parsed = message::parse(alice_calls_bob);
        twin = copy(*parsed);
    }
    EXPECT_EQ(twin.call_id(), "a84b4c76e66710");
    EXPECT_EQ(twin.print(), alice_calls_bob);
    // What was wrong with the original is wrong with the copy.
    auto cut = message::parse(with_line(alice_calls_bob, "Content-Length", "Content-Length: 9"));
    EXPECT_NE(copy(*cut).check(), "");
}

TEST(Print, GivesBackWhatWasRead) {
    EXPECT_EQ(message::parse(alice_calls_bob)->print(), alice_calls_bob);
}

TEST(Print, PrintsLongAndUnknownHeaders) {
    std::string name(5000, 'n');
    auto text = with_line(alice_calls_bob, "Contact",
                          "X-Long: " + name + "\r\nContact: <sip:" + name + "@h>");
    auto printed = message::parse(text)->print();
    EXPECT_THAT(printed, HasSubstr("X-Long: " + name + "\r\n"));
    EXPECT_THAT(printed, HasSubstr("Contact: <sip:" + name + "@h>\r\n"));
}

// RFC 3261, 20.14: over a stream the length is needed.
TEST(Print, AddsAContentLength) {
    auto parsed = message::parse(with_line(alice_calls_bob, "Content-Length", "") + "abc");
    ASSERT_TRUE(parsed);
    EXPECT_THAT(parsed->print(), HasSubstr("Content-Length: 3\r\n\r\nabc"));
}

}  // namespace
