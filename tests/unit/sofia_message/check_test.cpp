// check(): each rule has a message that breaks it and nothing else.
#include "message/message.hpp"
#include "wire.hpp"

#include <gmock/gmock.h>

#include <ostream>

using namespace strowger;
using namespace strowger::sofia;

namespace {

struct rule {
    const char* name;
    const char* line;
    std::string instead;
    int status;
    const char* problem;
};

void PrintTo(const rule& each, std::ostream* out) { *out << each.name; }

class Check : public testing::TestWithParam<rule> {};

TEST_P(Check, SaysWhatIsWrong) {
    const auto& given = GetParam();
    std::string text = alice_calls_bob;
    if (std::string_view(given.line) == "INVITE")
        text.replace(0, text.find("\r\n"), given.instead);
    else
        text = with_line(text, given.line, given.instead);
    auto parsed = message::parse(text);
    ASSERT_TRUE(parsed) << parsed.error().text;
    int status = 0;
    auto problem = parsed->check(status);
    EXPECT_EQ(problem, given.problem);
    if (!problem.empty()) {
        EXPECT_EQ(status, given.status);
    }
    parsed->print();
}

INSTANTIATE_TEST_SUITE_P(
    Rfc3261, Check,
    testing::Values(
        rule{"NoVia", "Via", "", 400, "it has no Via header"},
        rule{"NoFrom", "From", "", 400, "it has no From header"},
        rule{"NoTo", "To", "", 400, "it has no To header"},
        rule{"NoCallId", "Call-ID", "", 400, "it has no Call-ID header"},
        rule{"NoCSeq", "CSeq", "", 400, "it has no CSeq header"},
        // Phones leave it out; nothing is lost by taking them.
        rule{"NoMaxForwards", "Max-Forwards", "", 0, ""},
        rule{"BrokenVia", "Via", "Via: nonsense", 400, "its Via header cannot be understood"},
        rule{"BrokenFrom", "From", "From: <sip:", 400, "its From header cannot be understood"},
        rule{"BrokenCompactTo", "To", "t: \"open", 400, "its To header cannot be understood"},
        rule{"BrokenCSeq", "CSeq", "CSeq: many INVITE", 400,
             "its CSeq header cannot be understood"},
        rule{"HugeCSeq", "CSeq", "CSeq: 2147483648 INVITE", 400,
             "its CSeq number is 2**31 or more"},
        rule{"CSeqBeyond32Bits", "CSeq", "CSeq: 4294967296 INVITE", 400,
             "its CSeq header cannot be understood"},
        rule{"CSeqOfAnotherMethod", "CSeq", "CSeq: 1 BYE", 400,
             "the method of its CSeq is not the method of the request"},
        rule{"TwoFrom", "From", "From: <sip:a@b>;tag=1\r\nFrom: <sip:c@d>;tag=2", 400,
             "it has more than one From header"},
        rule{"TwoCSeq", "CSeq", "CSeq: 1 INVITE\r\nCSeq: 2 INVITE", 400,
             "it has more than one CSeq header"},
        rule{"BrokenContact", "Contact", "Contact: <sip:a@b", 400,
             "its Contact header cannot be understood"},
        rule{"BrokenDateIsPassedOver", "Contact", "Date: yesterday", 0, ""},
        rule{"UnknownHeaderWithoutColonIsPassedOver", "Contact", "no colon here", 0, ""},
        rule{"LengthBeyondTheBody", "Content-Length", "Content-Length: 5", 400,
             "it ends before its headers or the body of its Content-Length do"},
        rule{"LengthOf4GiB", "Content-Length", "Content-Length: 4294967296", 400,
             "its Content-Length header cannot be understood"},
        rule{"LengthJustBelow4GiB", "Content-Length", "Content-Length: 4294967295", 400,
             "it ends before its headers or the body of its Content-Length do"},
        rule{"NegativeLength", "Content-Length", "Content-Length: -1", 400,
             "its Content-Length header cannot be understood"},
        rule{"OtherVersion", "INVITE", "INVITE sip:bob@biloxi.com SIP/7.0", 505,
             "its version is not SIP/2.0"},
        rule{"UnknownScheme", "INVITE", "INVITE nobodyKnows:bob SIP/2.0", 416,
             "the scheme of its Request-URI is not sip, sips or tel"},
        rule{"HttpScheme", "INVITE", "INVITE http://biloxi.com SIP/2.0", 416,
             "the scheme of its Request-URI is not sip, sips or tel"},
        rule{"Tel", "INVITE", "INVITE tel:+12125551212 SIP/2.0", 0, ""},
        rule{"Sips", "INVITE", "INVITE sips:bob@biloxi.com SIP/2.0", 0, ""}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(CheckResponse, TheStatusHasThreeDigitsOfSix) {
    for (auto status : {"99", "700", "4294967297"}) {
        auto text = with_line(alice_calls_bob, "Content-Length", "Content-Length: 0");
        text.replace(0, text.find("\r\n"), std::string("SIP/2.0 ") + status + " What");
        auto parsed = message::parse(text);
        if (parsed) {
            EXPECT_NE(parsed->check(), "") << status;
        }
    }
}

}  // namespace
