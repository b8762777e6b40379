// Calls that come in, as dialogues with a caller (RFC 3261, 13.3 and 15).
#include "world.hpp"

#include <gtest/gtest.h>

using namespace strowger;
using namespace strowger::sofia;
using namespace strowger::sofia::testing;
using namespace std::chrono_literals;

namespace {

std::string invite(std::string_view more = {}, std::string_view sdp = "v=offer\n") {
    auto text =
        cat("INVITE sip:1001@pbx.example.com SIP/2.0\n"
            "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1;rport\n"
            "From: \"Alice\" <sip:1000@pbx.example.com>;tag=alice\n"
            "To: <sip:1001@pbx.example.com>\n"
            "Call-ID: call-1\nCSeq: 10 INVITE\nMax-Forwards: 70\n"
            "Contact: <sip:1000@192.0.2.1:5060>",
            more);
    return sdp.empty() ? text : cat(text, "\nContent-Type: application/sdp\n\n", sdp);
}

struct inbound : ::testing::Test {
    world w;
    std::string our_tag;

    // A request in the dialog that invite() made.
    std::string in_dialog(std::string_view method, unsigned cseq, std::string_view more = {},
                          std::string_view text = {}) {
        auto out = cat(method,
                       " sip:mod_sofia@192.0.2.10:5060 SIP/2.0\n"
                       "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-",
                       method, cseq,
                       ";rport\nFrom: \"Alice\" <sip:1000@pbx.example.com>;tag=alice\n"
                       "To: <sip:1001@pbx.example.com>;tag=",
                       our_tag, "\nCall-ID: call-1\nCSeq: ", cseq, ' ', method,
                       "\nMax-Forwards: 70", more);
        return text.empty() ? out : cat(out, "\n\n", text);
    }
    void ring() {
        w.receive(invite());
        EXPECT_EQ(w.next_start(), "SIP/2.0 100 Trying");
        ASSERT_TRUE(w.leg->ring());
        auto ringing = w.next();
        EXPECT_TRUE(ringing.starts_with("SIP/2.0 180 Ringing"));
        our_tag = tag_of(header(ringing, "To"));
        EXPECT_FALSE(our_tag.empty());
    }
    void answer(bool acknowledged = true) {
        ring();
        ASSERT_TRUE(w.leg->answer("v=answer\r\n"));
        auto ok = w.next();
        EXPECT_TRUE(ok.starts_with("SIP/2.0 200 OK"));
        EXPECT_EQ(tag_of(header(ok, "To")), our_tag);
        EXPECT_EQ(header(ok, "Contact"), "<sip:mod_sofia@192.0.2.10:5060>");
        EXPECT_EQ(body(ok), "v=answer");
        if (acknowledged) w.receive(in_dialog("ACK", 10));
    }
};

TEST_F(inbound, rings_answers_and_ends_with_their_bye) {
    answer();
    w.advance(40s);
    EXPECT_EQ(w.next(), "");  // the ACK ended the retransmissions
    w.receive(in_dialog("BYE", 11));
    EXPECT_EQ(w.next_start(), "SIP/2.0 200 OK");
    EXPECT_EQ(w.events.heard, std::vector<std::string>{"ended NORMAL_CLEARING (BYE)"});
    EXPECT_EQ(w.table.size(), 0u);
}

TEST_F(inbound, the_cause_of_a_bye_is_in_its_reason) {
    answer();
    w.receive(in_dialog("BYE", 11, "\nReason: Q.850;cause=17;text=\"busy\""));
    EXPECT_TRUE(w.events.has("ended USER_BUSY (BYE)"));
}

// RFC 3261, 13.3.1.4: T1, doubling up to T2, for 64*T1; then a BYE.
TEST_F(inbound, the_2xx_is_sent_again_until_its_ack) {
    answer(false);
    std::vector<long> when;
    for (int ms = 0; ms < 32000; ms += 100) {
        w.advance(100ms);
        while (!w.peer->sent.empty())
            if (w.next_start() == "SIP/2.0 200 OK") when.push_back(ms + 100);
    }
    EXPECT_EQ(when,
              (std::vector<long>{500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500}));
    w.advance(1s);
    EXPECT_TRUE(w.events.has("ended RECOVERY_ON_TIMER_EXPIRE (the answer was never acknowledged)"));
}

TEST_F(inbound, a_hangup_before_the_ack_waits_for_it) {
    answer(false);
    w.leg->hangup(hangup_cause::normal_clearing, "done");
    w.settle();
    EXPECT_TRUE(w.events.has("ended NORMAL_CLEARING (done)"));
    EXPECT_EQ(w.next(), "");
    w.receive(in_dialog("ACK", 10));
    EXPECT_TRUE(w.next().starts_with("BYE sip:1000@192.0.2.1:5060 SIP/2.0"));
}

TEST_F(inbound, our_bye_goes_to_the_contact_with_the_next_number) {
    answer();
    w.leg->hangup(hangup_cause::user_busy, "");
    EXPECT_TRUE(w.events.heard.empty());  // never from within an order
    w.settle();
    EXPECT_EQ(w.events.heard.size(), 1u);
    auto bye = w.next();
    EXPECT_TRUE(bye.starts_with("BYE sip:1000@192.0.2.1:5060 SIP/2.0"));
    EXPECT_EQ(header(bye, "From"), cat("<sip:1001@pbx.example.com>;tag=", our_tag));
    EXPECT_EQ(tag_of(header(bye, "To")), "alice");
    EXPECT_EQ(header(bye, "CSeq"), "1 BYE");
    EXPECT_EQ(header(bye, "Reason"), "Q.850;cause=17;text=\"USER_BUSY\"");
    EXPECT_EQ(w.table.size(), 1u);  // until it is answered
    auto via = header(bye, "Via");
    w.receive(cat("SIP/2.0 200 OK\nVia: ", via, "\nFrom: ", header(bye, "From"),
                  "\nTo: ", header(bye, "To"), "\nCall-ID: call-1\nCSeq: 1 BYE"));
    EXPECT_EQ(w.table.size(), 0u);
}

TEST_F(inbound, crossing_byes_are_both_answered) {
    answer();
    w.leg->hangup(hangup_cause::normal_clearing, "");
    w.settle();
    EXPECT_TRUE(w.next().starts_with("BYE "));
    w.receive(in_dialog("BYE", 11));
    EXPECT_EQ(w.next_start(), "SIP/2.0 200 OK");
}

TEST_F(inbound, a_refusal_carries_status_and_cause) {
    ring();
    w.leg->hangup(hangup_cause::user_busy, "");
    auto busy = w.next();
    EXPECT_TRUE(busy.starts_with("SIP/2.0 486 Busy Here"));
    EXPECT_EQ(header(busy, "Reason"), "Q.850;cause=17;text=\"USER_BUSY\"");
    w.settle();
    EXPECT_TRUE(w.events.has("ended USER_BUSY ()"));
    EXPECT_EQ(w.table.size(), 0u);
}

std::string cancel(std::string_view more = {}) {
    return cat(
        "CANCEL sip:1001@pbx.example.com SIP/2.0\n"
        "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1;rport\n"
        "From: \"Alice\" <sip:1000@pbx.example.com>;tag=alice\n"
        "To: <sip:1001@pbx.example.com>\nCall-ID: call-1\nCSeq: 10 CANCEL\nMax-Forwards: 70",
        more);
}

TEST_F(inbound, cancel_is_answered_and_ends_the_call) {
    ring();
    w.receive(cancel());
    EXPECT_EQ(w.next_start(), "SIP/2.0 200 OK");
    EXPECT_EQ(w.next_start(), "SIP/2.0 487 Request Terminated");
    EXPECT_TRUE(w.events.has("ended ORIGINATOR_CANCEL (cancelled by the caller)"));
}

// RFC 3326: what a proxy in front of us says when another of its branches was answered.
TEST_F(inbound, a_cancel_says_that_somebody_else_took_the_call) {
    ring();
    w.receive(cancel("\nReason: SIP;cause=200;text=\"Call completed elsewhere\""));
    EXPECT_EQ(w.next_start(), "SIP/2.0 200 OK");
    EXPECT_EQ(w.next_start(), "SIP/2.0 487 Request Terminated");
    EXPECT_TRUE(w.events.has("ended LOSE_RACE (somebody else took the call)"));
}

TEST_F(inbound, a_cancel_after_the_answer_changes_nothing) {
    answer();
    w.receive(cancel());
    EXPECT_TRUE(w.events.heard.empty());
    EXPECT_TRUE(w.leg->reoffer("v=hold\r\n"));
}

// RFC 3261, 15: the caller may end an early dialog with BYE; its INVITE gets 487.
TEST_F(inbound, an_early_bye_ends_the_call) {
    ring();
    w.receive(in_dialog("BYE", 11));
    EXPECT_EQ(w.next_start(), "SIP/2.0 200 OK");
    EXPECT_EQ(w.next_start(), "SIP/2.0 487 Request Terminated");
    EXPECT_TRUE(w.events.has("ended ORIGINATOR_CANCEL (BYE)"));
}

TEST_F(inbound, an_invite_without_sdp_gets_our_offer_and_the_ack_their_answer) {
    w.receive(invite({}, {}));
    EXPECT_EQ(w.next_start(), "SIP/2.0 100 Trying");
    ASSERT_TRUE(w.leg->answer("v=our-offer\r\n"));
    auto ok = w.next();
    EXPECT_EQ(body(ok), "v=our-offer");
    our_tag = tag_of(header(ok, "To"));
    w.receive(in_dialog("ACK", 10, "\nContent-Type: application/sdp", "v=their-answer\n"));
    EXPECT_EQ(w.events.heard, std::vector<std::string>{"answer_received v=their-answer"});
}

TEST_F(inbound, an_ack_without_the_answer_ends_the_call) {
    w.receive(invite({}, {}));
    w.next();
    ASSERT_TRUE(w.leg->answer("v=our-offer\r\n"));
    our_tag = tag_of(header(w.next(), "To"));
    w.receive(in_dialog("ACK", 10));
    EXPECT_TRUE(w.next().starts_with("BYE "));
    EXPECT_TRUE(
        w.events.has("ended INCOMPATIBLE_DESTINATION (the ACK has no answer to our offer)"));
}

TEST_F(inbound, early_media_is_a_183_with_sdp_once) {
    w.receive(invite());
    w.next();
    ASSERT_TRUE(w.leg->progress("v=early\r\n"));
    auto progress = w.next();
    EXPECT_TRUE(progress.starts_with("SIP/2.0 183 Session Progress"));
    EXPECT_EQ(body(progress), "v=early");
    ASSERT_TRUE(w.leg->progress("v=early\r\n"));
    ASSERT_TRUE(w.leg->ring());
    EXPECT_EQ(w.next(), "");
}

struct asked {
    std::string_view method, more, text, status;
};
struct in_dialog_requests : inbound, ::testing::WithParamInterface<asked> {};
TEST_P(in_dialog_requests, have_their_answer) {
    answer();
    w.receive(in_dialog(GetParam().method, 11, GetParam().more, GetParam().text));
    EXPECT_EQ(w.next_start(), GetParam().status);
    EXPECT_EQ(w.events.has("ended NORMAL_CLEARING (BYE)"), false);
}
INSTANTIATE_TEST_SUITE_P(
    each, in_dialog_requests,
    ::testing::Values(
        asked{"OPTIONS", "", "", "SIP/2.0 200 OK"}, asked{"INFO", "", "", "SIP/2.0 200 OK"},
        asked{"INFO", "\nInfo-Package: x", "", "SIP/2.0 469 Bad Info Package"},
        asked{"INFO", "\nContent-Type: text/x", "hello\n", "SIP/2.0 415 Unsupported Media Type"},
        asked{"UPDATE", "\nContact: <sip:1000@192.0.2.1:5070>", "", "SIP/2.0 200 OK"},
        asked{"UPDATE", "\nContent-Type: application/sdp", "v=0\n",
              "SIP/2.0 405 Method Not Allowed"},
        asked{"REFER", "\nRefer-To: <sip:a@b>", "", "SIP/2.0 501 Not Implemented"},
        asked{"PRACK", "\nRAck: 1 10 INVITE", "", "SIP/2.0 481 Call/Transaction Does Not Exist"},
        asked{"SUBSCRIBE", "\nEvent: x", "", "SIP/2.0 489 Bad Event"},
        asked{"MESSAGE", "", "", "SIP/2.0 405 Method Not Allowed"},
        asked{"DANCE", "", "", "SIP/2.0 405 Method Not Allowed"}));

// In front of the answer too: a menu over early media.
TEST_F(inbound, digits_before_the_answer_are_heard) {
    ring();
    ASSERT_TRUE(w.leg->progress("v=early\r\n"));
    EXPECT_EQ(w.next_start(), "SIP/2.0 183 Session Progress");
    w.receive(in_dialog("INFO", 11, "\nContent-Type: application/dtmf-relay",
                        "Signal=7\nDuration=250\n"));
    EXPECT_EQ(w.next_start(), "SIP/2.0 200 OK");
    w.receive(in_dialog("INFO", 12, "\nContent-Type: text/x", "7"));
    EXPECT_EQ(w.next_start(), "SIP/2.0 415 Unsupported Media Type");
    EXPECT_EQ(w.events.heard, std::vector<std::string>{"digit 7 250"});
}

TEST_F(inbound, digits_of_info_are_heard) {
    answer();
    auto info = [&](unsigned cseq, std::string_view type, std::string_view text) {
        w.receive(in_dialog("INFO", cseq, cat("\nContent-Type: ", type), text));
        return w.next_start();
    };
    EXPECT_EQ(info(11, "application/dtmf-relay", "Signal=5\nDuration=250\n"), "SIP/2.0 200 OK");
    EXPECT_EQ(info(12, "application/dtmf-relay", "Signal= #\nDuration= 100000\n"),
              "SIP/2.0 200 OK");
    EXPECT_EQ(info(13, "application/dtmf", "d"), "SIP/2.0 200 OK");
    EXPECT_EQ(info(14, "application/dtmf-relay", "Signal=10\n"), "SIP/2.0 200 OK");
    EXPECT_EQ(info(15, "application/dtmf-relay", "Signal=${x}\n"), "SIP/2.0 400 Not A Digit");
    EXPECT_EQ(info(16, "application/dtmf-relay", "nothing\n"), "SIP/2.0 400 Not A Digit");
    EXPECT_EQ(w.events.heard, (std::vector<std::string>{"digit 5 250", "digit # 8000",
                                                        "digit D 160", "digit * 160"}));
}

// RFC 3261, 12.2.2.
TEST_F(inbound, a_number_out_of_order_is_refused) {
    answer();
    w.receive(in_dialog("OPTIONS", 9));
    EXPECT_EQ(w.next_start(), "SIP/2.0 500 CSeq Out Of Order");
}

TEST_F(inbound, another_dialog_of_the_same_call_id_is_unknown) {
    answer();
    auto text = in_dialog("OPTIONS", 11);
    text.replace(text.find("tag=alice"), 9, "tag=other");
    w.receive(text);
    EXPECT_EQ(w.next_start(), "SIP/2.0 481 Call/Transaction Does Not Exist");
}

TEST_F(inbound, a_reinvite_is_answered_by_the_channel) {
    answer();
    w.receive(in_dialog("INVITE", 11,
                        "\nContact: <sip:1000@192.0.2.1:5070>\nContent-Type: application/sdp",
                        "v=hold\n"));
    EXPECT_EQ(w.events.heard, std::vector<std::string>{"offered v=hold"});
    auto ok = w.next();
    EXPECT_TRUE(ok.starts_with("SIP/2.0 200 OK"));
    EXPECT_EQ(body(ok), "v=answer");
    w.receive(in_dialog("ACK", 11));
    // The new Contact is the target from now on (12.2.2), and has another port.
    w.leg->hangup(hangup_cause::normal_clearing, "");
    w.settle();
    ASSERT_EQ(w.others.count("192.0.2.1:5070"), 1u);
    EXPECT_TRUE(w.others["192.0.2.1:5070"]->sent.front().starts_with(
        "BYE sip:1000@192.0.2.1:5070 SIP/2.0"));
}

TEST_F(inbound, a_refused_reinvite_leaves_the_call_up) {
    answer();
    w.events.next_answer = fail(errc::incompatible, "no common codec");
    w.receive(in_dialog("INVITE", 11, "\nContent-Type: application/sdp", "v=strange\n"));
    EXPECT_EQ(w.next_start(), "SIP/2.0 488 Not Acceptable Here");
    EXPECT_FALSE(w.events.has("ended INCOMPATIBLE_DESTINATION ()"));
    EXPECT_EQ(w.table.size(), 1u);
}

TEST_F(inbound, a_reinvite_without_sdp_gets_our_offer) {
    answer();
    w.events.next_answer = std::string("v=our-offer\r\n");
    w.receive(in_dialog("INVITE", 11));
    EXPECT_EQ(body(w.next()), "v=our-offer");
    w.receive(in_dialog("ACK", 11, "\nContent-Type: application/sdp", "v=their-answer\n"));
    EXPECT_EQ(w.events.heard,
              (std::vector<std::string>{"offered ", "answer_received v=their-answer"}));
}

// RFC 3261, 14.1 and 14.2: ours is under way, theirs gets 491; ours got 491, it is sent again.
TEST_F(inbound, glare_is_refused_and_tried_again) {
    answer();
    ASSERT_TRUE(w.leg->reoffer("v=ours\r\n"));
    auto ours = w.next();
    EXPECT_TRUE(ours.starts_with("INVITE sip:1000@192.0.2.1:5060 SIP/2.0"));
    w.receive(in_dialog("INVITE", 11, "\nContent-Type: application/sdp", "v=theirs\n"));
    EXPECT_EQ(w.next_start(), "SIP/2.0 491 Request Pending");
    auto ack = in_dialog("ACK", 11);
    w.receive(ack.replace(ack.find("z9hG4bK-ACK11"), 13, "z9hG4bK-INVITE11"));
    auto answer_ours = [&](const std::string& to, std::string_view status, std::string_view sdp) {
        auto text =
            cat("SIP/2.0 ", status, "\nVia: ", header(to, "Via"), "\nFrom: ", header(to, "From"),
                "\nTo: ", header(to, "To"), "\nCall-ID: call-1\nCSeq: ", header(to, "CSeq"),
                "\nContact: <sip:1000@192.0.2.1:5060>");
        w.receive(sdp.empty() ? text : cat(text, "\nContent-Type: application/sdp\n\n", sdp));
    };
    answer_ours(ours, "491 Request Pending", "");
    EXPECT_TRUE(w.next().starts_with("ACK "));
    w.advance(2001ms);  // we did not make the Call-ID: 0 to 2 seconds
    auto again = w.next();
    EXPECT_TRUE(again.starts_with("INVITE "));
    EXPECT_EQ(body(again), "v=ours");
    EXPECT_EQ(header(again, "CSeq"), "2 INVITE");
    w.peer->sent.clear();  // its retransmissions: the pause is a random one
    answer_ours(again, "200 OK", "v=agreed\n");
    EXPECT_EQ(header(w.next(), "CSeq"), "2 ACK");
    EXPECT_EQ(w.events.heard, std::vector<std::string>{"reoffer_done v=agreed"});
}

TEST_F(inbound, their_offer_wins_over_ours_that_waits) {
    answer();
    ASSERT_TRUE(w.leg->reoffer("v=ours\r\n"));
    auto ours = w.next();
    w.receive(cat("SIP/2.0 491 Request Pending\nVia: ", header(ours, "Via"),
                  "\nFrom: ", header(ours, "From"), "\nTo: ", header(ours, "To"),
                  "\nCall-ID: call-1\nCSeq: 1 INVITE"));
    w.next();
    w.receive(in_dialog("INVITE", 11, "\nContent-Type: application/sdp", "v=theirs\n"));
    EXPECT_EQ(w.next_start(), "SIP/2.0 200 OK");
    EXPECT_EQ(w.events.heard,
              (std::vector<std::string>{"reoffer_done error: the far end made an offer of its own",
                                        "offered v=theirs"}));
}

TEST_F(inbound, our_offer_waits_for_the_ack) {
    answer(false);
    ASSERT_TRUE(w.leg->reoffer("v=ours\r\n"));
    EXPECT_EQ(w.next(), "");
    EXPECT_FALSE(w.leg->reoffer("v=another\r\n"));
    w.receive(in_dialog("ACK", 10));
    EXPECT_TRUE(w.next().starts_with("INVITE "));
}

TEST_F(inbound, a_phone_behind_a_nat_is_reached_where_it_came_from) {
    auto text = invite();
    text.replace(text.find("192.0.2.1:5060;branch"), 14, "10.0.0.5:5060");
    text.replace(text.find("sip:1000@192.0.2.1:5060"), 23, "sip:1000@10.0.0.5:5060");
    w.receive(text);
    w.next();
    ASSERT_TRUE(w.leg->answer("v=answer\r\n"));
    our_tag = tag_of(header(w.next(), "To"));
    w.receive(in_dialog("ACK", 10));
    w.leg->hangup(hangup_cause::normal_clearing, "");
    EXPECT_TRUE(w.next().starts_with("BYE sip:1000@10.0.0.5:5060 SIP/2.0"));
    EXPECT_TRUE(w.others.empty());
}

TEST(inbound_over_a_connection, its_end_is_the_end_of_the_call) {
    world w(transport_kind::tls);
    auto text = invite();
    text.replace(text.find("SIP/2.0/UDP"), 11, "SIP/2.0/TLS");
    w.receive(text);
    w.next();
    ASSERT_TRUE(w.leg->answer("v=answer\r\n"));
    w.peer->close("test");
    w.table.flow_closed(w.peer, "reset by peer");
    EXPECT_TRUE(w.events.has("ended NETWORK_OUT_OF_ORDER (the connection is gone: reset by peer)"));
    EXPECT_EQ(w.table.size(), 0u);
    w.advance(40s);
}

// What came over TLS stays there: who knows the tags alone, from elsewhere, is a stranger.
TEST(inbound_over_a_connection, who_else_may_speak_for_the_far_end) {
    auto at = [](transport_kind kind, const char* ip) {
        return std::make_shared<fake_flow>(kind, address{boost::asio::ip::make_address(ip), 40000});
    };
    world w(transport_kind::tls);
    auto text = invite();
    text.replace(text.find("SIP/2.0/UDP"), 11, "SIP/2.0/TLS");
    w.receive(text);
    w.next();
    ASSERT_TRUE(w.leg->answer("v=answer\r\n"));
    auto session = w.table.find("call-1", tag_of(header(w.next(), "To")));
    ASSERT_TRUE(session);
    auto other = at(transport_kind::tls, "192.0.2.1");
    EXPECT_TRUE(session->accepts(*w.peer));
    EXPECT_FALSE(session->accepts(*at(transport_kind::udp, "192.0.2.1")));
    EXPECT_FALSE(session->accepts(*at(transport_kind::tcp, "192.0.2.1")));
    EXPECT_FALSE(session->accepts(*other));
    w.peer->authenticate("1000@pbx.example.com");
    EXPECT_FALSE(session->accepts(*other));
    other->authenticate("1001@pbx.example.com");
    EXPECT_FALSE(session->accepts(*other));
    other->authenticate("1000@pbx.example.com");  // the phone has connected anew
    EXPECT_TRUE(session->accepts(*other));
    auto in_the_clear = at(transport_kind::tcp, "192.0.2.1");
    in_the_clear->authenticate("1000@pbx.example.com");
    EXPECT_FALSE(session->accepts(*in_the_clear));
    w.leg->hangup(hangup_cause::normal_clearing, "");
    w.advance(40s);
}

TEST_F(inbound, a_leg_that_is_dropped_ends_its_call) {
    answer();
    w.leg.reset();
    w.settle();
    EXPECT_TRUE(w.next().starts_with("BYE "));
    EXPECT_TRUE(w.events.heard.empty());
}

}  // namespace
