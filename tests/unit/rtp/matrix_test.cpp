// tests/data/sdp/matrix.txt: mode × offer × direction, one line for each case.
#include "fake_keying.hpp"
#include "negotiation/negotiator.hpp"

#include <strowger/text.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace strowger::rtp::testing {
namespace {

struct matrix_case {
    std::string line, direction, tls, mode, form, want;
};

std::vector<matrix_case> read_cases() {
    std::ifstream file(STROWGER_SOURCE_DIR "/tests/data/sdp/matrix.txt");
    std::vector<matrix_case> cases;
    for (std::string line; std::getline(file, line);) {
        if (trim(line).empty() || line.front() == '#') continue;
        matrix_case one;
        one.line = line;
        auto arrow = line.find("->");
        std::istringstream words(line.substr(0, arrow));
        words >> one.direction >> one.tls >> one.mode >> one.form;
        one.want = std::string(trim(line.substr(arrow + 2)));
        cases.push_back(one);
    }
    return cases;
}

std::string media(const std::string& protocol, const std::string& attributes = {},
                  const std::string& kind = "audio", int port = 4000) {
    return cat("m=", kind, ' ', port, ' ', protocol, " 0 8\r\n", attributes);
}

std::string text_of(const std::string& form) {
    const std::string good = "a=crypto:1 SUITE inline:GOOD\r\n",
                      bad = "a=crypto:1 X inline:BAD\r\n";
    const std::map<std::string, std::string> forms{
        {"avp", media("RTP/AVP")},
        {"avpf", media("RTP/AVPF")},
        {"savp", media("RTP/SAVP", good)},
        {"savpf", media("RTP/SAVPF", good)},
        {"savp-bad", media("RTP/SAVP", bad)},
        {"savp-none", media("RTP/SAVP")},
        {"savp+avp", media("RTP/SAVP", good) + media("RTP/AVP")},
        {"avp+savp", media("RTP/AVP") + media("RTP/SAVP", good)},
        {"savp-bad+avp", media("RTP/SAVP", bad) + media("RTP/AVP")},
        {"avp-crypto", media("RTP/AVP", good)},
        {"avp-bad", media("RTP/AVP", bad)},
        {"dtls", media("UDP/TLS/RTP/SAVP", good)},
        {"video", media("RTP/AVP", {}, "video")},
        {"video+avp", media("RTP/AVP", {}, "video") + media("RTP/AVP")},
        {"zero", media("RTP/AVP", {}, "audio", 0)},
        {"zero+savp", media("RTP/AVP", {}, "audio", 0) + media("RTP/SAVP", good)},
        {"savp+zero", media("RTP/SAVP", good) + media("RTP/AVP", {}, "audio", 0)},
        {"savp-bad+zero", media("RTP/SAVP", bad) + media("RTP/AVP", {}, "audio", 0)},
        {"savp-none+zero", media("RTP/SAVP") + media("RTP/AVP", {}, "audio", 0)},
        {"zero+avp", media("RTP/SAVP", {}, "audio", 0) + media("RTP/AVP")},
        {"nothing", ""}};
    auto found = forms.find(form);
    EXPECT_NE(found, forms.end()) << form;
    return "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" +
           (found == forms.end() ? std::string() : found->second);
}

// The m= lines of a text of ours: "RTP/SAVP*" with crypto, "-" refused.
std::string shape(const std::string& text) {
    auto read = parse_sdp(text);
    EXPECT_TRUE(read) << text;
    std::string out;
    for (const auto& line : read->media) {
        if (!out.empty()) out += ' ';
        out += line.port == 0 ? "-" : line.protocol + (line.find("crypto") ? "*" : "");
    }
    return out;
}

class matrix : public ::testing::TestWithParam<matrix_case> {};

TEST_P(matrix, holds) {
    const auto& one = GetParam();
    leg_facts facts;
    facts.way = one.direction == "inbound" ? direction::inbound : direction::outbound;
    facts.signalling_encrypted = one.tls == "tls";
    variables vars;
    bool srtp = one.mode.find("(no-srtp)") == std::string::npos;
    auto mode = one.mode.substr(0, one.mode.find("(no-srtp)"));
    if (mode != "unset") vars.set("rtp_secure_media", mode);
    local_side local;
    local.address = "198.51.100.1";
    local.rtp_port = 20000;
    negotiator talk(local, read_policy(vars, facts),
                    srtp ? std::make_unique<fake_keying>() : nullptr, "mod_srtp is not loaded");
    std::string got;
    auto finish = [&](const error& why) { got = cat("refused: ", why.text); };
    if (facts.way == direction::inbound) {
        if (auto taken = talk.remote_offer(text_of(one.form)); !taken) {
            EXPECT_EQ(taken.error().code, errc::incompatible);
            finish(taken.error());
        } else {
            got = shape(talk.answer(nullptr).value());
        }
    } else {
        auto offer = talk.offer(nullptr);
        if (!offer)
            finish(offer.error());
        else {
            got = shape(*offer);
            if (one.form != "-") {
                got += " / ";
                if (auto taken = talk.remote_answer(text_of(one.form), "tag", true); !taken)
                    got += cat("refused: ", taken.error().text);
                else
                    got += cat(talk.stream()->protocol, talk.stream()->secure ? "*" : "");
            }
        }
    }
    // A wanted refusal names a part of its text.
    auto refusal = one.want.find("refused: ");
    if (refusal == std::string::npos) {
        EXPECT_EQ(got, one.want) << one.line;
    } else {
        EXPECT_EQ(got.substr(0, refusal + 9), one.want.substr(0, refusal + 9)) << one.line << got;
        EXPECT_NE(got.find(one.want.substr(refusal + 9)), std::string::npos)
            << one.line << "\ngot: " << got;
    }
}

INSTANTIATE_TEST_SUITE_P(sdp, matrix, ::testing::ValuesIn(read_cases()));

TEST(matrix_file, has_its_cases) { EXPECT_GE(read_cases().size(), 60U); }

}  // namespace
}  // namespace strowger::rtp::testing
