#include "dialogue.hpp"

using namespace strowger;
using namespace strowger::sofia;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

class Server : public dialogue {};

TEST_F(Server, AnInviteGetsA100AndItsCopiesTheLatestResponse) {
    receive(text_of("INVITE", "z9hG4bK1"));
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 100 Trying"));
    receive(text_of("INVITE", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 100 Trying"));
    requests[0]->respond(180);
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 180 Ringing"));
    receive(text_of("INVITE", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 180 Ringing"));
    EXPECT_EQ(requests.size(), 1u);
    EXPECT_EQ(layer->counters().retransmissions_absorbed, 2u);
    EXPECT_EQ(layer->counters().server_live, 1u);
}

TEST_F(Server, WhatIsAnsweredAtOnceGetsNo100) {
    on_request = [](auto& what) { what->respond(404); };
    receive(text_of("INVITE", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 404 Not Found"));
}

// RFC 3261, 17.2.1, timer G: T1, doubling, T2; H ends it after 64*T1.
TEST_F(Server, ARefusalIsSentAgainUntilTimerH) {
    receive(text_of("INVITE", "z9hG4bK1"));
    std::string failed;
    requests[0]->on_failure = [&](std::string_view why) { failed = why; };
    requests[0]->respond(486);
    sent();
    auto start = time.now();
    while (layer->counters().server_tombstones != 0) {
        time.advance(10ms);
        ASSERT_LE(time.now() - start, 40s);
    }
    EXPECT_EQ(time.now() - start, 32s);
    time.advance(10ms);
    EXPECT_EQ(failed, "no ACK came from 198.51.100.7:5060");
    time.advance(41s);
    EXPECT_EQ(time.pending(), 0u);
}

TEST_F(Server, TheScheduleOfTimerG) {
    receive(text_of("INVITE", "z9hG4bK1"));
    requests[0]->respond(486);
    sent();
    auto start = time.now();
    std::vector<long> at;
    for (int i = 0; i < 1700; ++i) {
        time.advance(10ms);
        for (auto count = sent().size(); count > 0; --count)
            at.push_back((time.now() - start) / 1ms);
    }
    EXPECT_THAT(at, ElementsAre(500, 1500, 3500, 7500, 11500, 15500));
}

TEST_F(Server, TheAckOfARefusalIsAbsorbedAndEndsIt) {
    receive(text_of("INVITE", "z9hG4bK1"));
    requests[0]->respond(486);
    sent();
    receive(text_of("ACK", "z9hG4bK1", "", "x"));
    receive(text_of("ACK", "z9hG4bK1", "", "x"));
    EXPECT_TRUE(acks.empty());
    receive(text_of("INVITE", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre());
    EXPECT_EQ(requests.size(), 1u);
    time.advance(4990ms);
    EXPECT_EQ(layer->counters().server_tombstones, 1u);
    time.advance(10ms);  // timer I
    EXPECT_EQ(layer->counters().server_tombstones, 0u);
}

// RFC 6026, 7.1.
TEST_F(Server, A2xxIsTheUsersToRepeat) {
    receive(text_of("INVITE", "z9hG4bK1"));
    requests[0]->respond(200);
    sent();
    time.advance(10s);
    EXPECT_THAT(sent(), ElementsAre());
    receive(text_of("INVITE", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre());
    requests[0]->respond(200);
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 200 OK"));
    requests[0]->respond(486);
    EXPECT_THAT(sent(), ElementsAre());
    receive(text_of("ACK", "z9hG4bKother", "", "x"));  // a transaction of its own
    receive(text_of("ACK", "z9hG4bK1", "", "x"));      // as old phones do it
    EXPECT_EQ(acks.size(), 2u);
    EXPECT_EQ(requests.size(), 1u);
    time.advance(22s);  // timer L
    EXPECT_EQ(layer->counters().server_tombstones, 0u);
    requests[0]->respond(200);
    EXPECT_THAT(sent(), ElementsAre());
}

// RFC 3261, 17.2.2.
TEST_F(Server, NonInviteRepeatsItsAnswerUntilTimerJ) {
    receive(text_of("OPTIONS", "z9hG4bK1"));
    receive(text_of("OPTIONS", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre());
    requests[0]->respond(200);
    EXPECT_TRUE(requests[0]->answered());
    requests[0]->respond(500);
    receive(text_of("OPTIONS", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 200 OK", "SIP/2.0 200 OK"));
    time.advance(31990ms);
    receive(text_of("OPTIONS", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 200 OK"));
    time.advance(10ms);
    receive(text_of("OPTIONS", "z9hG4bK1"));
    EXPECT_EQ(requests.size(), 2u);
}

TEST_F(Server, OnAConnectionNothingIsKeptAfterTheAnswer) {
    receive(text_of("OPTIONS", "z9hG4bK1"), tls);
    requests[0]->respond(200);
    EXPECT_EQ(layer->counters().server_tombstones, 0u);
    EXPECT_EQ(layer->counters().server_live, 0u);
    receive(text_of("INVITE", "z9hG4bK2"), tls);
    requests[1]->respond(486);
    time.advance(20s);
    EXPECT_THAT(first_lines(tls->sent),
                ElementsAre("SIP/2.0 200 OK", "SIP/2.0 100 Trying", "SIP/2.0 486 Busy Here"));
    receive(text_of("ACK", "z9hG4bK2"), tls);
    EXPECT_EQ(layer->counters().server_tombstones, 0u);
    time.advance(41s);
    EXPECT_EQ(time.pending(), 0u);
}

// RFC 3261, 9.2.
TEST_F(Server, ACancelIsAnsweredAndToldOnce) {
    receive(text_of("INVITE", "z9hG4bK1"));
    int cancelled = 0;
    requests[0]->on_cancel = [&](const message&) {
        ++cancelled;
        requests[0]->respond(487);
    };
    sent();
    receive(text_of("CANCEL", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"));
    receive(text_of("CANCEL", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 200 OK"));
    EXPECT_EQ(cancelled, 1);
    EXPECT_EQ(requests.size(), 1u);
}

TEST_F(Server, ACancelOfNothingIs481AndOneAfterTheAnswerDoesNothing) {
    receive(text_of("CANCEL", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 481 Call/Transaction Does Not Exist"));
    receive(text_of("INVITE", "z9hG4bK1"));
    int cancelled = 0;
    requests[0]->on_cancel = [&](const message&) { ++cancelled; };
    requests[0]->respond(200);
    sent();
    receive(text_of("CANCEL", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 200 OK"));
    EXPECT_EQ(cancelled, 0);
}

TEST_F(Server, ACancelThatNobodyListensForEndsTheInvite) {
    receive(text_of("INVITE", "z9hG4bK1"));
    sent();
    receive(text_of("CANCEL", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"));
}

// RFC 3261, 9.2: the To tags of both answers are the same.
TEST_F(Server, TheAnswersToCancelAndInviteHaveOneToTag) {
    receive(text_of("INVITE", "z9hG4bK1"));
    udp->sent.clear();
    receive(text_of("CANCEL", "z9hG4bK1"));
    ASSERT_EQ(udp->sent.size(), 2u);
    EXPECT_EQ(message::parse(udp->sent[0])->to_tag(), message::parse(udp->sent[1])->to_tag());
    EXPECT_NE(message::parse(udp->sent[0])->to_tag(), "");
}

// RFC 3261, 17.2.3: branch, sent-by and method.
TEST_F(Server, AnotherBranchOrSentByIsAnotherTransaction) {
    auto other_call = [](std::string text) {
        return text.replace(text.find("Call-ID: c1"), 11, "Call-ID: c9");
    };
    receive(text_of("OPTIONS", "z9hG4bK1"));
    receive(other_call(text_of("OPTIONS", "z9hG4bK2")));
    auto text = text_of("OPTIONS", "z9hG4bK1", "", "dialog");
    receive(text.replace(text.find("UDP 198.51.100.7"), 16, "UDP 198.51.100.8"));
    receive(text_of("INFO", "z9hG4bK1"));
    EXPECT_EQ(requests.size(), 4u);
    // Host names do not differ by case.
    auto named = [&](const std::string& host) {
        auto one = text_of("OPTIONS", "z9hG4bK3", "", "dialog");
        return one.replace(one.find("UDP 198.51.100.7"), 16, "UDP " + host);
    };
    receive(named("pc.example.com"));
    receive(named("PC.Example.COM"));
    EXPECT_EQ(requests.size(), 5u);
}

// RFC 2543 clients have no magic cookie; their transactions are told apart by Call-ID and CSeq.
TEST_F(Server, WithoutTheCookie) {
    auto next = [](std::string text) { return text.replace(text.find("CSeq: 1"), 7, "CSeq: 2"); };
    receive(text_of("INVITE", "1"));
    receive(text_of("INVITE", "1"));
    EXPECT_EQ(requests.size(), 1u);
    requests[0]->respond(486);
    receive(text_of("ACK", "1", "", "x"));
    EXPECT_TRUE(acks.empty());
    receive(next(text_of("INVITE", "1")));
    EXPECT_EQ(requests.size(), 2u);
    sent();
    receive(next(text_of("CANCEL", "1")));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"));
}

// RFC 3261, 8.2.2.2.
TEST_F(Server, TheSameRequestByAnotherWayIs482) {
    receive(text_of("INVITE", "z9hG4bK1"));
    sent();
    receive(text_of("INVITE", "z9hG4bK2"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 482 Loop Detected"));
    EXPECT_EQ(requests.size(), 1u);
    // Within a dialog it is no merged request.
    receive(text_of("INFO", "z9hG4bK3", "", "d"));
    receive(text_of("INFO", "z9hG4bK4", "", "d"));
    EXPECT_EQ(requests.size(), 3u);
    // When the first is gone the next is new.
    requests[0]->respond(200);
    time.advance(32s);
    receive(text_of("INVITE", "z9hG4bK5"));
    EXPECT_EQ(requests.size(), 4u);
}

// RFC 3261, 18.2.1 and 18.2.2; RFC 3581, 4.
TEST_F(Server, ResponsesFindTheirWay) {
    auto with_via = [](const std::string& via, const std::string& branch) {
        auto text = text_of("OPTIONS", "B", "", "d");
        auto from = text.find("SIP/2.0/UDP"), to = text.find("\r\n", from);
        return text.replace(from, to - from, "SIP/2.0/UDP " + via + ";branch=z9hG4bK" + branch);
    };
    auto nat = std::make_shared<fake_flow>(transport_kind::udp, "203.0.113.5:61000");
    on_request = [](auto& what) { what->respond(200); };
    // With rport: to where it came from, which the Via says.
    receive(with_via("192.168.1.2:5060;rport", "1"), nat);
    ASSERT_EQ(nat->sent.size(), 1u);
    EXPECT_THAT(nat->sent[0], HasSubstr("Via: SIP/2.0/UDP 192.168.1.2:5060"));
    EXPECT_THAT(nat->sent[0], HasSubstr(";rport=61000"));
    EXPECT_THAT(nat->sent[0], HasSubstr(";received=203.0.113.5"));
    // Without: to the source address, at the port of the sent-by.
    receive(with_via("192.168.1.2:5070", "2"), nat);
    EXPECT_EQ(nat->sent.size(), 1u);
    ASSERT_TRUE(elsewhere);
    EXPECT_EQ(to_string(elsewhere->remote()), "203.0.113.5:5070");
    EXPECT_THAT(elsewhere->sent.at(0), HasSubstr(";received=203.0.113.5"));
    receive(with_via("192.168.1.2", "3"), nat);
    EXPECT_EQ(to_string(elsewhere->remote()), "203.0.113.5:5060");
    // A maddr is not followed.
    receive(with_via("203.0.113.5:5080;maddr=198.51.100.99", "4"), nat);
    EXPECT_EQ(to_string(elsewhere->remote()), "203.0.113.5:5080");
    EXPECT_THAT(elsewhere->sent.at(0), Not(HasSubstr("received")));
    // A false `received` is set right.
    receive(with_via("203.0.113.5:61000;received=10.0.0.1", "5"), nat);
    EXPECT_THAT(nat->sent.at(1), HasSubstr(";received=203.0.113.5"));
    EXPECT_THAT(nat->sent.at(1), Not(HasSubstr("10.0.0.1")));
}

TEST_F(Server, BadRequestsAreAnsweredWithoutState) {
    auto bad = text_of("INVITE", "z9hG4bK1");
    receive(bad.erase(bad.find("Call-ID"), bad.find("CSeq") - bad.find("Call-ID")));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 400 Bad Request: it has no Call-ID header"));
    auto mismatch = text_of("INVITE", "z9hG4bK1");
    receive(mismatch.replace(mismatch.find("CSeq: 1 INVITE"), 14, "CSeq: 1 BYE"));
    auto version = text_of("OPTIONS", "z9hG4bK1");
    receive(version.replace(version.find("SIP/2.0\r\n"), 7, "SIP/3.0"));
    auto scheme = text_of("OPTIONS", "z9hG4bK1");
    receive(scheme.replace(scheme.find("sip:1001@192.0.2.1"), 18, "mailto:a@192.0.2.1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 400 Bad Request: the method of its CSeq is not the "
                                    "method of the request",
                                    "SIP/2.0 505 Version Not Supported",
                                    "SIP/2.0 416 Unsupported URI Scheme"));
    EXPECT_EQ(layer->counters().stateless_400, 4u);
    // No answer to an ACK, nor where no Via says whom to answer.
    auto bad_ack = text_of("ACK", "z9hG4bK1");
    receive(bad_ack.replace(bad_ack.find("CSeq: 1 ACK"), 11, "CSeq: x ACK"));
    auto lost = text_of("OPTIONS", "z9hG4bK1");
    receive(lost.erase(lost.find("Via"), lost.find("Max") - lost.find("Via")));
    EXPECT_THAT(sent(), ElementsAre());
    EXPECT_TRUE(requests.empty());
    EXPECT_TRUE(acks.empty());
    EXPECT_EQ(layer->counters().server_live + layer->counters().server_tombstones, 0u);
    layer->received(message{}, udp);
}

// RFC 3261, 8.2.7: a challenge keeps nothing, and its ACK ends nowhere.
TEST_F(Server, AStatelessAnswerForgetsTheTransaction) {
    on_request = [&](const server_transaction_ptr& what) {
        layer->reply_stateless(what->request(), what->from(), make_response(what->request(), 407));
    };
    receive(text_of("INVITE", "z9hG4bK1"));
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 407 Proxy Authentication Required"));
    EXPECT_EQ(layer->counters().server_live + layer->counters().server_tombstones, 0u);
    EXPECT_TRUE(requests[0]->answered());
    requests[0]->respond(200);
    EXPECT_THAT(sent(), ElementsAre());
    receive(text_of("ACK", "z9hG4bK1", "", "x"));
    EXPECT_EQ(acks.size(), 1u);
    receive(text_of("INVITE", "z9hG4bK1"));
    EXPECT_EQ(requests.size(), 2u);
    time.advance(41s);
    EXPECT_EQ(time.pending(), 0u);
}

TEST_F(Server, WhatItsUserDropsIsAnswered500) {
    receive(text_of("OPTIONS", "z9hG4bK1"));
    requests.clear();
    EXPECT_THAT(sent(), ElementsAre("SIP/2.0 500 Server Internal Error"));
    EXPECT_TRUE(captured.contains("without an answer"));
    EXPECT_EQ(layer->counters().server_live, 0u);
}

TEST_F(Server, AResponseThatCannotBeSentIsToldLater) {
    receive(text_of("INVITE", "z9hG4bK1"), tls);
    std::string failed;
    requests[0]->on_failure = [&](std::string_view why) { failed = why; };
    tls->open = false;
    requests[0]->respond(200);
    EXPECT_EQ(failed, "");
    time.advance(0ms);
    EXPECT_EQ(failed, "the connection is gone");
}

TEST_F(Server, AHandleMayOutliveTheLayer) {
    receive(text_of("INVITE", "z9hG4bK1"));
    sent();
    layer.reset();
    requests[0]->respond(200);
    EXPECT_THAT(sent(), ElementsAre());
    requests.clear();
}

TEST_F(Server, AnExceptionOfItsUserIsLogged) {
    on_request = [](auto&) { throw std::runtime_error("oops"); };
    receive(text_of("OPTIONS", "z9hG4bK1"));
    EXPECT_TRUE(captured.contains("oops"));
}

class LimitedServer : public dialogue {
protected:
    LimitedServer() : dialogue(transaction_limits{2, 3}) {}
    static std::string numbered(int i) {
        return text_of("OPTIONS", "z9hG4bK" + std::to_string(i), "", "d");
    }
};

TEST_F(LimitedServer, AboveItsLimitsRequestsGet503) {
    receive(numbered(1));
    receive(numbered(2));
    udp->sent.clear();
    receive(numbered(3));
    ASSERT_EQ(udp->sent.size(), 1u);
    EXPECT_THAT(udp->sent[0], HasSubstr("SIP/2.0 503 Service Unavailable\r\n"));
    EXPECT_THAT(udp->sent[0], HasSubstr("Retry-After: 5\r\n"));
    EXPECT_EQ(requests.size(), 2u);
    for (auto& each : requests) each->respond(200);
    receive(numbered(4));
    receive(numbered(5));  // with what is kept it would be the fourth
    EXPECT_EQ(requests.size(), 3u);
    time.advance(33s);
    receive(numbered(6));
    EXPECT_EQ(requests.size(), 4u);
}

}  // namespace
