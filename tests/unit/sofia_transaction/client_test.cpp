#include "dialogue.hpp"

using namespace strowger;
using namespace strowger::sofia;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

class Client : public dialogue {
protected:
    // When, in milliseconds from now, something is sent during the next `how_long`.
    std::vector<long> schedule(std::chrono::milliseconds how_long) {
        udp->sent.clear();
        std::vector<long> at;
        for (auto passed = 10ms; passed <= how_long; passed += 10ms) {
            time.advance(10ms);
            for (auto count = sent().size(); count > 0; --count) at.push_back(passed.count());
        }
        return at;
    }
    static std::string line(const std::string& text, const std::string& name) {
        auto at = text.find("\r\n" + name + ":") + 2;
        return text.substr(at, text.find("\r\n", at) - at);
    }
};

TEST_F(Client, TheRequestHasAViaOfItsOwn) {
    auto it = call("OPTIONS", udp);
    ASSERT_EQ(udp->sent.size(), 1u);
    EXPECT_THAT(line(udp->sent[0], "Via"),
                ::testing::MatchesRegex("Via: SIP/2.0/UDP 192.0.2.1:5060;rport;"
                                        "branch=z9hG4bK[0-9a-f]{16}"));
    call("OPTIONS", tls);
    EXPECT_THAT(line(tls->sent[0], "Via"), HasSubstr("SIP/2.0/TLS 192.0.2.1:5060"));
    EXPECT_NE(line(tls->sent[0], "Via"), line(udp->sent[0], "Via"));
}

// RFC 3261, 17.1.1.2: A at T1, doubling; B after 64*T1.
TEST_F(Client, AnInviteIsRepeatedUntilTimerB) {
    auto it = call("INVITE", udp);
    EXPECT_THAT(schedule(31990ms), ElementsAre(500, 1500, 3500, 7500, 15500, 31500));
    EXPECT_TRUE(failures.empty());
    time.advance(10ms);
    EXPECT_THAT(failures,
                ElementsAre("408 no final response from 198.51.100.7:5060 over udp in time"));
    EXPECT_EQ(layer->counters().client_live, 0u);
    EXPECT_EQ(layer->counters().retransmissions_sent, 6u);
    time.advance(41s);
    EXPECT_EQ(time.pending(), 0u);
}

// RFC 3261, 17.1.2.2: E at T1, doubling up to T2; F after 64*T1.
TEST_F(Client, AnotherRequestIsRepeatedUpToT2) {
    auto it = call("BYE", udp);
    EXPECT_THAT(schedule(32s),
                ElementsAre(500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500));
    EXPECT_EQ(failures.size(), 1u);
}

TEST_F(Client, InProceedingAnotherRequestIsRepeatedEveryT2) {
    auto it = call("BYE", udp);
    auto request = udp->sent[0];
    time.advance(600ms);
    answer(request, 100);
    EXPECT_THAT(schedule(10s), ElementsAre(900, 4900, 8900));
    EXPECT_THAT(statuses(), ElementsAre(100));
}

TEST_F(Client, OnAConnectionNothingIsRepeated) {
    auto it = call("INVITE", tls);
    time.advance(31990ms);
    EXPECT_EQ(tls->sent.size(), 1u);
    time.advance(10ms);
    EXPECT_EQ(failures.size(), 1u);
}

TEST_F(Client, AFinalResponsePassesOnce) {
    auto it = call("BYE", udp);
    auto request = udp->sent[0];
    answer(request, 200);
    answer(request, 200);
    EXPECT_THAT(statuses(), ElementsAre(200));
    EXPECT_EQ(layer->counters().retransmissions_absorbed, 1u);
    EXPECT_THAT(schedule(4990ms), ElementsAre());
    EXPECT_EQ(layer->counters().client_live, 1u);
    time.advance(10ms);  // timer K
    EXPECT_EQ(layer->counters().client_live, 0u);
    answer(request, 200);
    EXPECT_TRUE(strays.empty());
    EXPECT_TRUE(failures.empty());
}

TEST_F(Client, AProvisionalResponseStopsTheInvitesTimers) {
    auto it = call("INVITE", udp);
    answer(udp->sent[0], 100);
    answer(udp->sent[0], 180);
    EXPECT_THAT(schedule(120s), ElementsAre());
    EXPECT_THAT(statuses(), ElementsAre(100, 180));
    EXPECT_TRUE(failures.empty());
    EXPECT_EQ(layer->counters().client_live, 1u);
}

// RFC 3261, 17.1.1.3.
TEST_F(Client, ARefusedInviteIsAcknowledged) {
    auto it = call("INVITE", udp);
    auto invite = udp->sent[0];
    udp->sent.clear();
    answer(invite, 486, "busy");
    ASSERT_EQ(udp->sent.size(), 1u);
    auto via = line(invite, "Via");
    EXPECT_EQ(udp->sent[0], "ACK sip:1001@198.51.100.7 SIP/2.0\r\n" + via +
                                "\r\nRoute: <sip:198.51.100.7;lr>\r\nMax-Forwards: 70\r\n"
                                "From: <sip:1000@192.0.2.1>;tag=l1\r\n"
                                "To: <sip:1001@192.0.2.1>;tag=busy\r\nCall-ID: c2\r\n"
                                "CSeq: 5 ACK\r\nContent-Length: 0\r\n\r\n");
    answer(invite, 486, "busy");
    ASSERT_EQ(udp->sent.size(), 2u);
    EXPECT_EQ(udp->sent[1], udp->sent[0]);
    EXPECT_THAT(statuses(), ElementsAre(486));
    it.reset();
    answer(invite, 486, "busy");
    EXPECT_EQ(udp->sent.size(), 3u);
    time.advance(32s);  // timer D
    EXPECT_EQ(layer->counters().client_live, 0u);
}

// RFC 6026, 7.2: several phones behind a fork answer.
TEST_F(Client, Every2xxPasses) {
    auto it = call("INVITE", udp);
    auto invite = udp->sent[0];
    answer(invite, 200, "a");
    answer(invite, 200, "b");
    answer(invite, 200, "a");
    answer(invite, 180, "c");
    EXPECT_THAT(statuses(), ElementsAre(200, 200, 200));
    EXPECT_EQ(responses[1].to_tag(), "b");
    EXPECT_EQ(udp->sent.size(), 1u);  // the ACK is the dialog's
    time.advance(32s);                // timer M
    EXPECT_EQ(layer->counters().client_live, 0u);
    answer(invite, 200, "a");
    ASSERT_EQ(strays.size(), 1u);
    EXPECT_EQ(strays[0].to_tag(), "a");
}

// RFC 3261, 9.1.
TEST_F(Client, ACancelWaitsForAProvisionalResponse) {
    auto it = call("INVITE", udp);
    auto invite = udp->sent[0];
    it->cancel({});
    EXPECT_EQ(udp->sent.size(), 1u);
    udp->sent.clear();
    answer(invite, 180);
    it->cancel({});
    ASSERT_EQ(udp->sent.size(), 1u);
    EXPECT_EQ(udp->sent[0], "CANCEL sip:1001@198.51.100.7 SIP/2.0\r\n" + line(invite, "Via") +
                                "\r\nRoute: <sip:198.51.100.7;lr>\r\nMax-Forwards: 70\r\n"
                                "From: <sip:1000@192.0.2.1>;tag=l1\r\n"
                                "To: <sip:1001@192.0.2.1>\r\nCall-ID: c2\r\n"
                                "CSeq: 5 CANCEL\r\nContent-Length: 0\r\n\r\n");
    auto cancel = udp->sent[0];
    time.advance(500ms);
    EXPECT_EQ(udp->sent.size(), 2u);  // it is a transaction of its own
    answer(cancel, 200);
    udp->sent.clear();
    answer(invite, 487);
    EXPECT_THAT(sent(), ElementsAre("ACK sip:1001@198.51.100.7 SIP/2.0"));
    EXPECT_THAT(statuses(), ElementsAre(180, 487));
    EXPECT_TRUE(failures.empty());
}

TEST_F(Client, ACancelThatCrossesThe200LosesAndThe200Passes) {
    auto it = call("INVITE", udp);
    auto invite = udp->sent[0];
    answer(invite, 180);
    it->cancel({});
    answer(invite, 200);
    EXPECT_THAT(statuses(), ElementsAre(180, 200));
    udp->sent.clear();
    it->cancel({});
    EXPECT_TRUE(udp->sent.empty());
}

TEST_F(Client, ACancelBeforeARefusalIsNotSent) {
    auto it = call("INVITE", udp);
    auto invite = udp->sent[0];
    it->cancel({});
    answer(invite, 404);
    EXPECT_THAT(sent(), ElementsAre("INVITE sip:1001@198.51.100.7 SIP/2.0",
                                    "ACK sip:1001@198.51.100.7 SIP/2.0"));
}

TEST_F(Client, ACancelledInviteWithoutFinalResponseFails) {
    auto it = call("INVITE", udp);
    answer(udp->sent[0], 180);
    it->cancel({});
    time.advance(31990ms);
    EXPECT_TRUE(failures.empty());
    time.advance(10ms);
    EXPECT_EQ(failures.size(), 1u);
    time.advance(1s);
    EXPECT_EQ(layer->counters().client_live, 0u);
}

TEST_F(Client, CancelOfAnotherMethodDoesNothing) {
    auto it = call("OPTIONS", udp);
    answer(udp->sent[0], 100);
    it->cancel({});
    EXPECT_EQ(udp->sent.size(), 1u);
}

TEST_F(Client, ResponsesWithAnotherBranchMethodOrSecondViaAreDropped) {
    auto it = call("BYE", udp);
    auto request = udp->sent[0];
    auto other_branch = request, other_method = request, second_via = request;
    other_branch.replace(other_branch.find("z9hG4bK") + 7, 4, "zzzz");
    answer(other_branch, 200);
    other_method.replace(0, 3, "FOO").replace(other_method.find("5 BYE"), 5, "5 FOO");
    answer(other_method, 200);
    second_via.insert(second_via.find("Route"), "Via: SIP/2.0/UDP h;branch=z9hG4bKx\r\n");
    answer(second_via, 200);
    EXPECT_TRUE(responses.empty());
    EXPECT_TRUE(strays.empty());
    answer(request, 200);
    EXPECT_THAT(statuses(), ElementsAre(200));
}

TEST_F(Client, AForgottenTransactionTellsNothingButGoesOn) {
    auto it = call("INVITE", udp);
    auto invite = udp->sent[0];
    it->forget();
    answer(invite, 180);
    it->cancel({});
    udp->sent.clear();
    answer(invite, 487);
    EXPECT_THAT(sent(), ElementsAre("ACK sip:1001@198.51.100.7 SIP/2.0"));
    EXPECT_TRUE(responses.empty());
    EXPECT_TRUE(strays.empty());
}

TEST_F(Client, A2xxToAForgottenInviteIsAStrayThatMustBeEnded) {
    auto it = call("INVITE", udp);
    it->forget();
    answer(udp->sent[0], 200);
    EXPECT_EQ(strays.size(), 1u);
}

TEST_F(Client, AFailureToSendIsToldAfterwards) {
    udp->open = false;
    auto it = call("OPTIONS", udp);
    EXPECT_TRUE(failures.empty());
    time.advance(0ms);
    EXPECT_THAT(failures, ElementsAre("503 sending to 198.51.100.7:5060 over udp failed: the "
                                      "connection is gone"));
    EXPECT_EQ(layer->counters().client_live, 0u);
}

TEST_F(Client, AClosedConnectionFailsWhatWaitsOnIt) {
    auto other = std::make_shared<fake_flow>(transport_kind::tls, "198.51.100.9:5061");
    auto a = call("INVITE", tls), b = call("BYE", tls), c = call("BYE", other);
    answer(tls->sent[0], 180, "x", tls);
    tls->open = false;
    layer->flow_closed(tls);
    EXPECT_EQ(failures.size(), 2u);
    EXPECT_THAT(failures[0], HasSubstr("503 "));
    EXPECT_EQ(layer->counters().client_live, 1u);
    layer->flow_closed(tls);
    EXPECT_EQ(failures.size(), 2u);
}

TEST_F(Client, ItsUserMayDoAnythingInItsEvents) {
    client_events events;
    client_transaction_ptr it;
    int heard = 0;
    events.response = [&](message) {
        ++heard;
        it->forget();
        it.reset();
    };
    request_parts parts;
    parts.request_uri = "sip:h";
    parts.from = parts.to = "<sip:a@b>";
    parts.call_id = "c3";
    it = layer->send(std::move(*make_request(parts)), udp, std::move(events));
    answer(udp->sent[0], 200);
    EXPECT_EQ(heard, 1);
    time.advance(10s);
    EXPECT_EQ(layer->counters().client_live, 0u);
}

TEST_F(Client, NothingToSendFails) {
    client_events events;
    events.failed = [&](int status, std::string_view) {
        failures.push_back(std::to_string(status));
    };
    auto it = layer->send(message{}, udp, std::move(events));
    ASSERT_TRUE(it);
    time.advance(0ms);
    EXPECT_THAT(failures, ElementsAre("500"));
}

TEST_F(Client, StatelessSendingAddsTheViaAndGivesTheBytes) {
    request_parts parts;
    parts.method = "ACK";
    parts.request_uri = "sip:h";
    parts.from = parts.to = "<sip:a@b>";
    parts.call_id = "c3";
    auto bytes = layer->send_stateless(std::move(*make_request(parts)), udp);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(udp->sent.at(0), *bytes);
    EXPECT_THAT(*bytes, HasSubstr("Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK"));
    EXPECT_EQ(layer->counters().client_live, 0u);
    EXPECT_FALSE(layer->send_stateless(message{}, udp));
    udp->open = false;
    EXPECT_EQ(layer->send_stateless(std::move(*make_request(parts)), udp).error().code,
              errc::closed);
}

TEST_F(Client, AHandleMayOutliveTheLayer) {
    auto it = call("INVITE", udp);
    layer.reset();
    it->cancel({});
    it->forget();
    EXPECT_EQ(it->request().method_name(), "INVITE");
}

}  // namespace
