// Sources that failed to log in are answered a second later; what may happen in that second.
#include "pbx.hpp"

#include "auth/authenticator.hpp"

#include <gmock/gmock.h>

using namespace strowger;
using namespace strowger::sofia;
using namespace strowger::sofia::testing;
using ::testing::StartsWith;

namespace {

struct penalised : ::testing::Test {
    pbx p;
    std::string challenge;
    void SetUp() override {
        auto settings = p.settings("internal");
        settings.auth.auth_calls = true;
        settings.auth.max_failures = 1;
        p.start({std::move(settings)});
    }
    std::string proof(std::string_view user) {
        auto answer = answer_challenge(*message::parse(challenge), "INVITE", "sip:1001@127.0.0.1",
                                       "", {std::string(user), "secret", ""}, 1);
        return answer ? cat(answer->first, ": ", answer->second, "\r\n") : "";
    }
    // From now on this machine's answers are late.
    void fail_once(phone& from) {
        challenge = from.ask(from.request("INVITE", 1, {}, {}, "offer"));
        ASSERT_THAT(challenge, StartsWith("SIP/2.0 407"));
        from.send(from.request("INVITE", 2, proof("nobody"), {}, "offer"));
        ASSERT_THAT(from.receive(), StartsWith("SIP/2.0 100"));
        p.core.manual.advance(std::chrono::seconds(1));
        ASSERT_THAT(from.receive(), StartsWith("SIP/2.0 403"));
        from.send(acknowledge(from, 2));
    }
    // What follows a refused INVITE; the test's next receive() must not find it sent again.
    static std::string in_place_of_invite(phone& from, std::string_view method, unsigned cseq) {
        auto text = from.request("INVITE", cseq);
        text.replace(0, 6, method);
        auto at = text.find(" INVITE\r\n");
        return text.replace(at, 7, cat(' ', method));
    }
    static std::string acknowledge(phone& from, unsigned cseq) {
        return in_place_of_invite(from, "ACK", cseq);
    }
};

TEST_F(penalised, a_right_password_is_answered_late_and_lets_in) {
    phone a(p);
    fail_once(a);
    a.send(a.request("INVITE", 3, proof("1000"), {}, "offer"));
    EXPECT_THAT(a.receive(), StartsWith("SIP/2.0 100"));
    p.core.manual.advance(std::chrono::milliseconds(999));
    p.core.poll();
    EXPECT_TRUE(p.plan.asked.empty());
    p.core.manual.advance(std::chrono::milliseconds(1));
    EXPECT_THAT(a.receive(), StartsWith("SIP/2.0 404"));
    EXPECT_EQ(p.plan.asked, std::vector<std::string>{"inside/1001"});
}

TEST_F(penalised, a_call_that_is_cancelled_meanwhile_never_comes) {
    phone a(p);
    fail_once(a);
    a.send(a.request("INVITE", 3, proof("1000"), {}, "offer"));
    EXPECT_THAT(a.receive(), StartsWith("SIP/2.0 100"));
    a.send(in_place_of_invite(a, "CANCEL", 3));
    EXPECT_THAT(a.receive(), StartsWith("SIP/2.0 200"));
    EXPECT_THAT(a.receive(), StartsWith("SIP/2.0 487"));
    a.send(acknowledge(a, 3));
    auto before = p.profiles->find("internal")->counters().calls_in;
    p.core.manual.advance(std::chrono::seconds(2));
    p.core.poll();
    EXPECT_EQ(p.profiles->find("internal")->counters().calls_in, before);
    EXPECT_TRUE(p.plan.asked.empty());
    EXPECT_EQ(p.all_calls->total(), 0u);
}

// 10,000 may wait. More are refused at once, and the log does not grow with them.
TEST_F(penalised, too_many_at_once_are_refused_quietly) {
    phone a(p);
    fail_once(a);
    phone flood(p);
    auto lines = p.core.captured.records().size();
    constexpr unsigned most = 10000;
    std::string answer;
    for (unsigned i = 0; i < most; ++i) {
        flood.send(flood.request("INVITE", 10 + i, {}, {}, "offer"));
        answer = flood.receive();
        ASSERT_THAT(answer, StartsWith("SIP/2.0 100")) << i;
    }
    for (unsigned i = 0; i < 50; ++i) {
        answer = flood.ask(flood.request("INVITE", 20000 + i, {}, {}, "offer"));
        ASSERT_THAT(answer, StartsWith("SIP/2.0 503")) << i;
        EXPECT_EQ(line(answer, "Retry-After"), "2");
    }
    auto records = p.core.captured.records();
    std::vector<std::string> loud;
    for (auto at = lines; at < records.size(); ++at)
        if (records[at].level <= log_level::warning) loud.push_back(records[at].text);
    ASSERT_EQ(loud.size(), 1u) << loud.back();
    EXPECT_THAT(loud[0], StartsWith("profile internal: 10000 requests of sources"));
    // And the end of the profile answers those that wait without a line for each.
    p.profiles->stop();
    records = p.core.captured.records();
    for (const auto& each : records) EXPECT_GT(each.level, log_level::error) << each.text;
}

}  // namespace
