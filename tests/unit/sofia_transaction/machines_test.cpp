// The four machines alone, as tables of what happens and what they want done.
#include "transaction/invite_client.hpp"
#include "transaction/invite_server.hpp"
#include "transaction/non_invite_client.hpp"
#include "transaction/non_invite_server.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

using namespace strowger::sofia;

namespace {

const transaction_timers timers;

// "send retransmit=500 deadline=32000": what is wanted, in one line.
std::string words(const actions& wanted) {
    std::string out;
    auto add = [&](bool yes, const std::string& word) {
        if (yes) out += (out.empty() ? "" : " ") + word;
    };
    add(wanted.send, "send");
    add(wanted.send_ack, "ack");
    add(wanted.pass, "pass");
    add(wanted.stop_retransmitting, "stop-retransmit");
    add(wanted.stop_deadline, "stop-deadline");
    add(wanted.retransmit_after.count() >= 0,
        "retransmit=" + std::to_string(wanted.retransmit_after.count()));
    add(wanted.deadline_after.count() >= 0,
        "deadline=" + std::to_string(wanted.deadline_after.count()));
    add(wanted.failed == failure::timeout, "timeout");
    add(wanted.failed == failure::transport, "transport");
    add(wanted.finished, "finished");
    return out;
}

// RFC 3261, 17.1.1.2: A doubles from T1 without limit, B is 64*T1.
TEST(InviteClient, UnreliableRetransmitsDoubling) {
    invite_client it(false);
    EXPECT_EQ(words(it.start(timers)), "send retransmit=500 deadline=32000");
    for (auto next : {"1000", "2000", "4000", "8000", "16000", "32000"})
        EXPECT_EQ(words(it.retransmit_timer()), std::string("send retransmit=") + next);
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit timeout finished");
    EXPECT_EQ(it.now(), invite_client::state::terminated);
    EXPECT_EQ(words(it.retransmit_timer()), "");
    EXPECT_EQ(words(it.response(200, timers)), "");
}

TEST(InviteClient, ReliableDoesNotRetransmit) {
    invite_client it(true);
    EXPECT_EQ(words(it.start(timers)), "send deadline=32000");
    EXPECT_EQ(words(it.response(486, timers)), "ack pass stop-retransmit finished");
}

TEST(InviteClient, AProvisionalResponseEndsTimersAAndB) {
    invite_client it(false);
    it.start(timers);
    EXPECT_EQ(words(it.response(100, timers)), "pass stop-retransmit stop-deadline");
    EXPECT_EQ(words(it.retransmit_timer()), "");
    EXPECT_EQ(words(it.deadline_timer()), "");
    EXPECT_EQ(words(it.response(180, timers)), "pass stop-retransmit");
    EXPECT_EQ(it.now(), invite_client::state::proceeding);
}

TEST(InviteClient, ARefusalIsAcknowledgedEachTime) {
    invite_client it(false);
    it.start(timers);
    EXPECT_EQ(words(it.response(486, timers)), "ack pass stop-retransmit deadline=32000");  // D
    EXPECT_EQ(words(it.response(486, timers)), "ack");
    EXPECT_EQ(words(it.response(180, timers)), "");
    EXPECT_EQ(words(it.response(200, timers)), "");
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit finished");
}

// RFC 6026, 7.2.
TEST(InviteClient, InAcceptedEvery2xxPassesUntilTimerM) {
    invite_client it(false);
    it.start(timers);
    it.response(180, timers);
    EXPECT_EQ(words(it.response(200, timers)), "pass stop-retransmit deadline=32000");
    EXPECT_EQ(words(it.response(200, timers)), "pass");
    EXPECT_EQ(words(it.response(180, timers)), "");
    EXPECT_EQ(words(it.response(486, timers)), "");
    EXPECT_EQ(words(it.transport_error()), "");
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit finished");
}

// RFC 3261, 9.1: no final response within 64*T1 of the CANCEL.
TEST(InviteClient, ACancelledInviteEndsInTime) {
    invite_client it(false);
    it.start(timers);
    EXPECT_EQ(words(it.cancelled(timers)), "");  // too early: nothing came yet
    it.response(180, timers);
    EXPECT_EQ(words(it.cancelled(timers)), "deadline=32000");
    EXPECT_EQ(words(it.cancelled(timers)), "");
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit timeout finished");
}

TEST(InviteClient, ATransportErrorEndsCallingAndProceeding) {
    invite_client calling(false), proceeding(false), completed(false);
    calling.start(timers);
    EXPECT_EQ(words(calling.transport_error()), "stop-retransmit transport finished");
    EXPECT_EQ(words(calling.transport_error()), "");
    proceeding.start(timers);
    proceeding.response(180, timers);
    EXPECT_EQ(words(proceeding.transport_error()), "stop-retransmit transport finished");
    completed.start(timers);
    completed.response(404, timers);
    EXPECT_EQ(words(completed.transport_error()), "stop-retransmit finished");
}

// RFC 3261, 17.1.2.2: E doubles up to T2, F is 64*T1.
TEST(NonInviteClient, UnreliableRetransmitsUpToT2) {
    non_invite_client it(false);
    EXPECT_EQ(words(it.start(timers)), "send retransmit=500 deadline=32000");
    for (auto next : {"1000", "2000", "4000", "4000", "4000"})
        EXPECT_EQ(words(it.retransmit_timer(timers)), std::string("send retransmit=") + next);
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit timeout finished");
    EXPECT_EQ(words(it.deadline_timer()), "");
    EXPECT_EQ(words(it.response(200, timers)), "");
}

TEST(NonInviteClient, InProceedingEveryT2AndFStillRuns) {
    non_invite_client it(false);
    it.start(timers);
    EXPECT_EQ(words(it.response(100, timers)), "pass");
    EXPECT_EQ(words(it.retransmit_timer(timers)), "send retransmit=4000");
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit timeout finished");
}

TEST(NonInviteClient, AFinalResponsePassesOnceAndTimerKEnds) {
    non_invite_client it(false);
    it.start(timers);
    EXPECT_EQ(words(it.response(200, timers)), "pass stop-retransmit deadline=5000");
    EXPECT_EQ(words(it.response(200, timers)), "");
    EXPECT_EQ(words(it.retransmit_timer(timers)), "");
    EXPECT_EQ(words(it.transport_error()), "");
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit finished");
}

TEST(NonInviteClient, Reliable) {
    non_invite_client it(true);
    EXPECT_EQ(words(it.start(timers)), "send deadline=32000");
    EXPECT_EQ(words(it.response(200, timers)), "pass stop-retransmit finished");
}

TEST(NonInviteClient, ATransportErrorEndsIt) {
    non_invite_client it(false);
    it.start(timers);
    EXPECT_EQ(words(it.transport_error()), "stop-retransmit transport finished");
}

// RFC 3261, 17.2.1: G doubles from T1 up to T2, H is 64*T1, I is T4.
TEST(InviteServer, ARefusalIsRepeatedUntilTheAck) {
    invite_server it(false);
    EXPECT_EQ(words(it.retransmission()), "");  // nothing to repeat yet
    EXPECT_EQ(words(it.respond(100, timers)), "send");
    EXPECT_EQ(words(it.retransmission()), "send");
    EXPECT_EQ(words(it.respond(486, timers)), "send retransmit=500 deadline=32000");
    for (auto next : {"1000", "2000", "4000", "4000"})
        EXPECT_EQ(words(it.retransmit_timer(timers)), std::string("send retransmit=") + next);
    EXPECT_EQ(words(it.retransmission()), "send");
    EXPECT_EQ(words(it.respond(200, timers)), "");
    EXPECT_EQ(words(it.ack(timers)), "stop-retransmit deadline=5000");
    EXPECT_EQ(words(it.ack(timers)), "");
    EXPECT_EQ(words(it.retransmission()), "");
    EXPECT_EQ(words(it.retransmit_timer(timers)), "");
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit finished");
    EXPECT_EQ(words(it.deadline_timer()), "");
}

TEST(InviteServer, WithoutAnAckTimerHFails) {
    invite_server it(false);
    it.respond(486, timers);
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit timeout finished");
}

TEST(InviteServer, Reliable) {
    invite_server it(true);
    EXPECT_EQ(words(it.respond(486, timers)), "send deadline=32000");
    EXPECT_EQ(words(it.ack(timers)), "stop-retransmit finished");
}

// RFC 6026, 7.1.
TEST(InviteServer, InAcceptedInvitesAreAbsorbedAnd2xxAndAckPass) {
    invite_server it(false);
    EXPECT_EQ(words(it.ack(timers)), "");  // a stray one
    EXPECT_EQ(words(it.respond(200, timers)), "send deadline=32000");
    EXPECT_EQ(words(it.retransmission()), "");
    EXPECT_EQ(words(it.respond(200, timers)), "send");
    EXPECT_EQ(words(it.respond(180, timers)), "");
    EXPECT_EQ(words(it.respond(486, timers)), "");
    EXPECT_EQ(words(it.ack(timers)), "pass");
    EXPECT_EQ(words(it.deadline_timer()), "stop-retransmit finished");
}

// RFC 3261, 17.2.4, as RFC 6026 changes it: the state stays as it is.
TEST(InviteServer, ATransportErrorIsToldOnly) {
    invite_server it(false);
    it.respond(486, timers);
    EXPECT_EQ(words(it.transport_error()), "transport");
    EXPECT_EQ(it.now(), invite_server::state::completed);
}

// RFC 3261, 17.2.2: J is 64*T1, or zero.
TEST(NonInviteServer, RepeatsItsLatestResponse) {
    non_invite_server it(false);
    EXPECT_EQ(words(it.retransmission()), "");
    EXPECT_EQ(words(it.respond(183, timers)), "send");
    EXPECT_EQ(words(it.retransmission()), "send");
    EXPECT_EQ(words(it.deadline_timer()), "");
    EXPECT_EQ(words(it.respond(200, timers)), "send deadline=32000");
    EXPECT_EQ(words(it.respond(500, timers)), "");
    EXPECT_EQ(words(it.retransmission()), "send");
    EXPECT_EQ(words(it.transport_error()), "transport");
    EXPECT_EQ(words(it.deadline_timer()), "finished");
    EXPECT_EQ(words(it.retransmission()), "");
}

TEST(NonInviteServer, Reliable) {
    non_invite_server it(true);
    EXPECT_EQ(words(it.respond(200, timers)), "send finished");
}

}  // namespace
