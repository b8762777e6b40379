// Calls that we make, as dialogues with the far end (RFC 3261, 13.2).
#include "world.hpp"

#include <gtest/gtest.h>

using namespace strowger;
using namespace strowger::sofia;
using namespace strowger::sofia::testing;
using namespace std::chrono_literals;

namespace {

struct outbound : ::testing::Test {
    std::vector<bool> outcomes;  // failed? Outlives the calls that write it.
    world w;
    std::string invite;  // as sent last

    outbound_plan plan() {
        outbound_plan out;
        out.invite.method = "INVITE";
        out.invite.request_uri = "sip:1001@192.0.2.1:5060";
        out.invite.from = "\"Alice\" <sip:1000@pbx.example.com>;tag=ours";
        out.invite.to = "<sip:1001@pbx.example.com>";
        out.invite.call_id = "call-2";
        out.on = w.peer;
        out.on_outcome = [this](bool failed) { outcomes.push_back(failed); };
        return out;
    }
    void start(outbound_plan from) {
        w.leg = std::make_unique<invite_leg>(outbound_session::make(w, std::move(from)));
        w.leg->attach(w.events);
        if (!w.leg->prepare()) return;
        ASSERT_TRUE(w.leg->start("v=offer\r\n"));
    }
    void call() {
        start(plan());
        invite = w.next();
        ASSERT_TRUE(invite.starts_with("INVITE sip:1001@192.0.2.1:5060 SIP/2.0"));
    }
    // A response to `to` with that To tag.
    std::string response(const std::string& to, std::string_view status, std::string_view tag,
                         std::string_view more = {}, std::string_view sdp = {}) {
        auto out =
            cat("SIP/2.0 ", status, "\nVia: ", header(to, "Via"), "\nFrom: ", header(to, "From"),
                "\nTo: ", header(to, "To"), tag.empty() ? "" : ";tag=", tag,
                "\nCall-ID: call-2\nCSeq: ", header(to, "CSeq"),
                "\nContact: <sip:1001@192.0.2.1:5060>", more);
        return sdp.empty() ? out : cat(out, "\nContent-Type: application/sdp\n\n", sdp, "\n");
    }
    std::string theirs(std::string_view method, unsigned cseq, std::string_view more = {},
                       std::string_view text = {}) {
        auto out = cat(method,
                       " sip:mod_sofia@192.0.2.10:5060 SIP/2.0\n"
                       "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-",
                       method, cseq, ";rport\nFrom: <sip:1001@pbx.example.com>;tag=bob\n",
                       "To: <sip:1000@pbx.example.com>;tag=ours\nCall-ID: call-2\nCSeq: ", cseq,
                       ' ', method, "\nMax-Forwards: 70", more);
        return text.empty() ? out : cat(out, "\n\n", text);
    }
    void answered() {
        call();
        w.receive(response(invite, "200 OK", "bob", {}, "v=answer"));
        ASSERT_TRUE(w.next().starts_with("ACK "));
        ASSERT_TRUE(w.events.has("answered bob v=answer"));
        w.events.heard.clear();
    }
};

TEST_F(outbound, the_invite_says_who_calls_with_what) {
    call();
    EXPECT_EQ(header(invite, "From"), "\"Alice\" <sip:1000@pbx.example.com>;tag=ours");
    EXPECT_EQ(header(invite, "To"), "<sip:1001@pbx.example.com>");
    EXPECT_EQ(header(invite, "Contact"), "<sip:mod_sofia@192.0.2.10:5060>");
    EXPECT_EQ(header(invite, "CSeq"), "1 INVITE");
    EXPECT_EQ(body(invite), "v=offer");
}

TEST_F(outbound, digits_before_the_answer_are_heard) {
    call();
    w.receive(response(invite, "183 Session Progress", "bob", {}, "v=early"));
    w.events.heard.clear();
    w.receive(theirs("INFO", 1, "\nContent-Type: application/dtmf", "#"));
    EXPECT_EQ(w.next_start(), "SIP/2.0 200 OK");
    w.receive(theirs("INFO", 2, "\nContent-Type: application/dtmf", "hash"));
    EXPECT_EQ(w.next_start(), "SIP/2.0 400 Not A Digit");
    EXPECT_EQ(w.events.heard, std::vector<std::string>{"digit # 160"});
}

TEST_F(outbound, rings_and_is_answered) {
    call();
    w.receive(response(invite, "100 Trying", ""));
    w.receive(response(invite, "180 Ringing", "bob"));
    w.receive(response(invite, "200 OK", "bob", {}, "v=answer"));
    EXPECT_EQ(w.events.heard, (std::vector<std::string>{"ringing bob", "answered bob v=answer"}));
    auto ack = w.next();
    EXPECT_TRUE(ack.starts_with("ACK sip:1001@192.0.2.1:5060 SIP/2.0"));
    EXPECT_EQ(header(ack, "CSeq"), "1 ACK");
    EXPECT_EQ(tag_of(header(ack, "To")), "bob");
    EXPECT_EQ(outcomes, std::vector<bool>{false});
    w.receive(theirs("BYE", 1));
    EXPECT_EQ(w.next_start(), "SIP/2.0 200 OK");
    EXPECT_TRUE(w.events.has("ended NORMAL_CLEARING (BYE)"));
    EXPECT_EQ(w.table.size(), 0u);
}

TEST_F(outbound, each_2xx_that_comes_again_gets_the_same_ack) {
    call();
    auto ok = response(invite, "200 OK", "bob", {}, "v=answer");
    w.receive(ok);
    auto ack = w.next();
    w.receive(ok);
    EXPECT_EQ(w.next(), ack);
    w.advance(40s);  // the transaction is gone now
    w.receive(ok);
    EXPECT_EQ(w.next(), ack);
    EXPECT_EQ(w.events.heard, std::vector<std::string>{"answered bob v=answer"});
}

TEST_F(outbound, early_media_of_two_forks) {
    call();
    w.receive(response(invite, "183 Session Progress", "bob", {}, "v=early-bob"));
    w.receive(response(invite, "180 Ringing", "carol"));
    w.receive(response(invite, "183 Session Progress", "nobody"));
    w.receive(response(invite, "199 Early Dialog Terminated", "bob"));
    w.receive(response(invite, "199 Early Dialog Terminated", "bob"));
    w.receive(response(invite, "200 OK", "carol", {}, "v=carol"));
    EXPECT_EQ(w.events.heard,
              (std::vector<std::string>{"progressed bob v=early-bob", "ringing carol",
                                        "branch_ended bob", "answered carol v=carol"}));
}

TEST_F(outbound, an_answer_without_sdp_takes_the_early_one_of_its_branch) {
    call();
    w.receive(response(invite, "183 Session Progress", "bob", {}, "v=early-bob"));
    w.receive(response(invite, "200 OK", "bob"));
    EXPECT_TRUE(w.events.has("answered bob v=early-bob"));
}

TEST_F(outbound, an_answer_without_any_sdp_is_no_call) {
    call();
    w.receive(response(invite, "200 OK", "bob"));
    EXPECT_TRUE(w.next().starts_with("ACK "));
    EXPECT_TRUE(w.next().starts_with("BYE "));
    EXPECT_TRUE(w.events.has("ended INCOMPATIBLE_DESTINATION (the answer has no SDP)"));
}

// RFC 3261, 13.2.2.4: every other 2xx is acknowledged, and its dialog ended.
TEST_F(outbound, the_second_fork_to_answer_is_sent_away) {
    answered();
    w.receive(response(invite, "200 OK", "carol", {}, "v=carol"));
    auto ack = w.next();
    EXPECT_TRUE(ack.starts_with("ACK "));
    EXPECT_EQ(tag_of(header(ack, "To")), "carol");
    auto bye = w.next();
    EXPECT_TRUE(bye.starts_with("BYE "));
    EXPECT_EQ(tag_of(header(bye, "To")), "carol");
    EXPECT_EQ(header(bye, "CSeq"), "2 BYE");
    w.receive(response(invite, "200 OK", "carol", {}, "v=carol"));
    EXPECT_TRUE(w.next().starts_with("ACK "));  // again; no second BYE of ours
    EXPECT_EQ(w.next(), "");
    EXPECT_TRUE(w.events.heard.empty());
}

TEST_F(outbound, a_hangup_while_it_rings_cancels) {
    call();
    w.receive(response(invite, "180 Ringing", "bob"));
    w.leg->hangup(hangup_cause::originator_cancel, "gone");
    EXPECT_EQ(w.events.heard.size(), 1u);  // "ringing": never from within an order
    w.settle();
    EXPECT_TRUE(w.events.has("ended ORIGINATOR_CANCEL (gone)"));
    auto cancel = w.next();
    EXPECT_TRUE(cancel.starts_with("CANCEL sip:1001@192.0.2.1:5060 SIP/2.0"));
    EXPECT_EQ(header(cancel, "Via"), header(invite, "Via"));
    EXPECT_EQ(header(cancel, "Reason"), "Q.850;cause=16;text=\"ORIGINATOR_CANCEL\"");
    w.receive(response(invite, "487 Request Terminated", "bob"));
    EXPECT_EQ(w.table.size(), 0u);
    EXPECT_EQ(outcomes, std::vector<bool>{false});
}

// RFC 3326: a phone that hears this shows no missed call.
TEST_F(outbound, one_that_lost_the_race_is_told_so) {
    call();
    w.receive(response(invite, "180 Ringing", "bob"));
    w.leg->hangup(hangup_cause::lose_race, "");
    w.settle();
    auto cancel = w.next();
    EXPECT_TRUE(cancel.starts_with("CANCEL "));
    EXPECT_EQ(header(cancel, "Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"");
}

TEST_F(outbound, an_answer_that_crosses_the_cancel_is_acknowledged_and_ended) {
    call();
    w.receive(response(invite, "180 Ringing", "bob"));
    w.leg->hangup(hangup_cause::originator_cancel, "");
    w.leg.reset();
    w.settle();
    EXPECT_TRUE(w.next().starts_with("CANCEL "));
    w.receive(response(invite, "200 OK", "bob", {}, "v=late"));
    EXPECT_TRUE(w.next().starts_with("ACK "));
    auto bye = w.next();
    EXPECT_TRUE(bye.starts_with("BYE "));
    EXPECT_EQ(tag_of(header(bye, "To")), "bob");
    w.advance(33s);
    EXPECT_EQ(w.table.size(), 0u);
}

TEST_F(outbound, a_cancelled_call_that_nobody_ends_is_forgotten_in_time) {
    call();
    w.receive(response(invite, "180 Ringing", "bob"));
    w.leg->hangup(hangup_cause::originator_cancel, "");
    w.advance(31s);
    EXPECT_EQ(w.table.size(), 1u);
    w.advance(2s);
    EXPECT_EQ(w.table.size(), 0u);
}

struct refusal {
    std::string_view status, more, ended;
};
struct refusals : outbound, ::testing::WithParamInterface<refusal> {};
TEST_P(refusals, have_their_cause) {
    call();
    w.receive(response(invite, GetParam().status, "bob", GetParam().more));
    EXPECT_EQ(w.events.heard, std::vector<std::string>{std::string(GetParam().ended)});
    EXPECT_EQ(w.table.size(), 0u);
    EXPECT_EQ(outcomes, std::vector<bool>{true});
}
INSTANTIATE_TEST_SUITE_P(
    each, refusals,
    ::testing::Values(refusal{"486 Busy Here", "", "ended USER_BUSY (486 Busy Here)"},
                      refusal{"480 Temporarily Unavailable", "",
                              "ended NO_USER_RESPONSE (480 Temporarily Unavailable)"},
                      refusal{"480 Gone", "\nReason: Q.850;cause=19", "ended NO_ANSWER (480 Gone)"},
                      refusal{"603 Decline", "", "ended CALL_REJECTED (603 Decline)"},
                      refusal{"404 Not Found", "", "ended UNALLOCATED_NUMBER (404 Not Found)"},
                      refusal{"302 Moved", "", "ended NORMAL_UNSPECIFIED (302 Moved)"},
                      refusal{"407 Proxy Authentication Required",
                              "\nProxy-Authenticate: Digest realm=\"x\", nonce=\"n\"",
                              "ended CALL_REJECTED (407 Proxy Authentication Required)"}));

TEST_F(outbound, nobody_answers_at_all) {
    call();
    w.advance(33s);
    ASSERT_EQ(w.events.heard.size(), 1u);
    EXPECT_TRUE(w.events.heard[0].starts_with("ended RECOVERY_ON_TIMER_EXPIRE ("));
    EXPECT_EQ(w.table.size(), 0u);
}

TEST_F(outbound, a_gateway_is_told_the_password_once_per_challenge) {
    auto with = plan();
    with.who = credentials{"joe", "secret", ""};
    start(std::move(with));
    invite = w.next();
    auto challenge = [&](std::string_view nonce, std::string_view more = {}) {
        w.receive(
            response(invite, "407 Proxy Authentication Required", "gw",
                     cat("\nProxy-Authenticate: Digest realm=\"x\", nonce=\"", nonce, "\"", more)));
        EXPECT_TRUE(w.next().starts_with("ACK "));
    };
    challenge("one");
    invite = w.next();
    EXPECT_EQ(header(invite, "CSeq"), "2 INVITE");
    auto proof = header(invite, "Proxy-Authorization");
    EXPECT_NE(proof.find("username=\"joe\""), proof.npos);
    EXPECT_EQ(proof.find("secret"), proof.npos);
    challenge("two", ", stale=true");
    invite = w.next();
    EXPECT_NE(header(invite, "Proxy-Authorization").find("two"), proof.npos);
    challenge("three");
    EXPECT_EQ(w.next(), "");
    EXPECT_TRUE(w.events.has("ended CALL_REJECTED (407 Proxy Authentication Required)"));
}

TEST_F(outbound, the_ack_of_a_challenged_call_has_its_credentials) {
    auto with = plan();
    with.who = credentials{"joe", "secret", ""};
    start(std::move(with));
    invite = w.next();
    w.receive(response(invite, "401 Unauthorized", "gw",
                       "\nWWW-Authenticate: Digest realm=\"x\", nonce=\"one\""));
    w.next();
    invite = w.next();
    EXPECT_FALSE(header(invite, "Authorization").empty());
    w.receive(response(invite, "200 OK", "bob", {}, "v=answer"));
    auto ack = w.next();
    EXPECT_EQ(header(ack, "CSeq"), "2 ACK");
    EXPECT_EQ(header(ack, "Authorization"), header(invite, "Authorization"));
}

TEST_F(outbound, the_flow_is_looked_for_first) {
    auto with = plan();
    with.on = nullptr;
    with.transport = transport_kind::tls;
    std::function<void(result<flow_ptr>)> done;
    with.reach = [&](std::function<void(result<flow_ptr>)> tell) { done = std::move(tell); };
    start(std::move(with));
    EXPECT_EQ(w.leg->facts().transport, "tls");
    EXPECT_EQ(w.next(), "");
    done(flow_ptr(w.peer));
    w.settle();
    EXPECT_TRUE(w.events.has("ready"));
    ASSERT_TRUE(w.leg->start("v=offer\r\n"));
    EXPECT_TRUE(w.next().starts_with("INVITE "));
    w.leg->hangup(hangup_cause::originator_cancel, "");
}

TEST_F(outbound, digits_over_udp_are_reached_at_once) {
    auto with = plan();
    with.on = nullptr;
    with.reach = [&](std::function<void(result<flow_ptr>)> tell) { tell(flow_ptr(w.peer)); };
    start(std::move(with));
    EXPECT_TRUE(w.next().starts_with("INVITE "));
    EXPECT_FALSE(w.events.has("ready"));
    EXPECT_FALSE(w.leg->facts().remote_address.empty());
    w.leg->hangup(hangup_cause::originator_cancel, "");
}

TEST_F(outbound, no_flow_is_the_end) {
    auto with = plan();
    with.on = nullptr;
    with.reach = [&](std::function<void(result<flow_ptr>)> tell) {
        w.later([tell] { tell(fail(errc::timed_out, "no route")); });
    };
    start(std::move(with));
    w.settle();
    ASSERT_EQ(w.events.heard.size(), 1u);
    EXPECT_TRUE(w.events.heard[0].ends_with("(no route)"));
    EXPECT_EQ(outcomes, std::vector<bool>{true});
    EXPECT_EQ(w.table.size(), 0u);
}

TEST_F(outbound, a_hangup_while_it_connects_sends_nothing) {
    auto with = plan();
    with.on = nullptr;
    std::function<void(result<flow_ptr>)> done;
    with.reach = [&](std::function<void(result<flow_ptr>)> tell) { done = std::move(tell); };
    start(std::move(with));
    w.leg->hangup(hangup_cause::originator_cancel, "");
    w.settle();
    done(flow_ptr(w.peer));
    w.settle();
    EXPECT_EQ(w.next(), "");
    EXPECT_EQ(w.table.size(), 0u);
}

// RFC 3261, 12.1.2: the client's route set is the Record-Route in reverse order.
TEST_F(outbound, requests_follow_the_route_set) {
    call();
    w.receive(response(invite, "200 OK", "bob",
                       "\nRecord-Route: <sip:192.0.2.7:5060;lr>\n"
                       "Record-Route: <sip:192.0.2.1:5060;lr>",
                       "v=answer"));
    auto ack = w.next();
    EXPECT_TRUE(ack.starts_with("ACK sip:1001@192.0.2.1:5060 SIP/2.0"));
    auto first = ack.find("Route: <sip:192.0.2.1:5060;lr>");
    auto second = ack.find("<sip:192.0.2.7:5060;lr>");
    EXPECT_LT(first, second);
    EXPECT_NE(second, ack.npos);
}

TEST_F(outbound, a_new_offer_of_ours) {
    answered();
    ASSERT_TRUE(w.leg->reoffer("v=hold\r\n"));
    auto again = w.next();
    EXPECT_EQ(header(again, "CSeq"), "2 INVITE");
    w.receive(response(again, "200 OK", "", {}, "v=held"));
    EXPECT_EQ(header(w.next(), "CSeq"), "2 ACK");
    EXPECT_EQ(w.events.heard, std::vector<std::string>{"reoffer_done v=held"});
}

TEST_F(outbound, a_refused_offer_of_ours) {
    answered();
    ASSERT_TRUE(w.leg->reoffer("v=hold\r\n"));
    w.receive(response(w.next(), "488 Not Acceptable Here", ""));
    EXPECT_EQ(w.events.heard,
              std::vector<std::string>{"reoffer_done error: 488 Not Acceptable Here"});
    EXPECT_EQ(w.table.size(), 1u);
}

// RFC 3261, 12.2.1.2.
TEST_F(outbound, a_far_end_that_forgot_the_dialog_ends_it) {
    answered();
    ASSERT_TRUE(w.leg->reoffer("v=hold\r\n"));
    w.receive(response(w.next(), "481 Call Does Not Exist", ""));
    ASSERT_EQ(w.events.heard.size(), 1u);
    EXPECT_TRUE(w.events.heard[0].starts_with("ended NORMAL_TEMPORARY_FAILURE"));
}

TEST_F(outbound, we_made_the_call_id_and_wait_longer_after_glare) {
    answered();
    ASSERT_TRUE(w.leg->reoffer("v=hold\r\n"));
    w.receive(response(w.next(), "491 Request Pending", ""));
    w.next();  // ACK
    w.advance(2090ms);
    EXPECT_EQ(w.next(), "");
    w.advance(1911ms);
    EXPECT_TRUE(w.next().starts_with("INVITE "));
}

TEST_F(outbound, a_lost_connection_ends_an_early_call) {
    world tls(transport_kind::tls);
    auto with = plan();
    with.on = tls.peer;
    tls.leg = std::make_unique<invite_leg>(outbound_session::make(tls, std::move(with)));
    tls.leg->attach(tls.events);
    ASSERT_TRUE(tls.leg->start("v=offer\r\n"));
    tls.peer->close("test");
    tls.table.flow_closed(tls.peer, "reset by peer");
    EXPECT_TRUE(
        tls.events.has("ended NETWORK_OUT_OF_ORDER (the connection is gone: reset by peer)"));
    EXPECT_EQ(tls.table.size(), 0u);
    tls.advance(40s);
}

}  // namespace
