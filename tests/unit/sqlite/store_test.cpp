#include "support.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace strowger::sqlite {
namespace {

using ::testing::HasSubstr;

struct StoreTest : ::testing::Test {
    test_context core;
    folder place;
    std::unique_ptr<store> open(store_limits limits = {}) {
        auto opened = store::open(core, place.file(), limits);
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().text);
        return opened ? std::move(*opened) : nullptr;
    }
    // Of how many late commits do the log's lines with that text speak?
    int late_in_log(std::string_view text) const {
        int late = 0;
        for (const auto& record : core.captured.records()) {
            constexpr std::string_view before = "registrations: ";
            if (record.text.find(text) == std::string::npos) continue;
            EXPECT_THAT(record.text, HasSubstr(place.file()));
            EXPECT_THAT(record.text, HasSubstr(" late commits to "));
            late += std::atoi(record.text.c_str() + before.size());
        }
        return late;
    }
};

TEST_F(StoreTest, FindsWhatWasPutOnlyAfterTheCommit) {
    auto it = open();
    bool done = false;
    it->apply(put(phone(core, "1000", "sip:1000@192.0.2.1:5060")), [&](result<void> outcome) {
        EXPECT_TRUE(outcome);
        done = true;
    });
    EXPECT_TRUE(it->find("1000", "example.com").empty());
    EXPECT_FALSE(done);
    ASSERT_TRUE(core.run_until([&] { return done; }));
    auto found = it->find("1000", "example.com");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0]->contact, "sip:1000@192.0.2.1:5060");
    EXPECT_EQ(it->size(), 1u);
    EXPECT_TRUE(it->find("1001", "example.com").empty());
}

TEST_F(StoreTest, KeepsEveryMemberOverARestart) {
    binding whole = phone(core, "ünïcode'; DROP TABLE registrations; --", "sip:a@[2001:db8::1]");
    whole.path = "<sip:edge.example.com;lr>, <sip:core.example.com;lr>";
    whole.instance = "<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>";
    whole.user_agent = "Phone \"quoted\"";
    whole.call_id = "abc@host";
    whole.authenticated_as = "1000";
    whole.cseq = 4294967295u;
    whole.reg_id = 7;
    whole.q_millis = 300;
    {
        auto it = open();
        ASSERT_TRUE(applied(core, *it, put(whole)));
    }
    auto it = open();
    auto found = it->find(whole.user, "example.com");
    ASSERT_EQ(found.size(), 1u);
    const auto& got = *found[0];
    EXPECT_EQ(got.contact, whole.contact);
    EXPECT_EQ(got.profile, "internal");
    EXPECT_EQ(got.node, "node");
    EXPECT_EQ(got.flow, "flow");
    EXPECT_EQ(got.transport, "tls");
    EXPECT_TRUE(got.encrypted());
    EXPECT_EQ(got.source, "192.0.2.1:5061");
    EXPECT_EQ(got.path, whole.path);
    EXPECT_EQ(got.instance, whole.instance);
    EXPECT_EQ(got.user_agent, whole.user_agent);
    EXPECT_EQ(got.call_id, whole.call_id);
    EXPECT_EQ(got.authenticated_as, "1000");
    EXPECT_EQ(got.cseq, 4294967295u);
    EXPECT_EQ(got.reg_id, 7u);
    EXPECT_EQ(got.q_millis, 300);
    EXPECT_EQ(got.expires, whole.expires);
}

TEST_F(StoreTest, ReplacesTheSameContactAndRemoves) {
    auto it = open();
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:a"))));
    auto renewed = phone(core, "1000", "sip:a");
    renewed.cseq = 2;
    auto change = put(renewed);
    change.put.push_back(phone(core, "1000", "sip:b"));
    ASSERT_TRUE(applied(core, *it, change));
    ASSERT_EQ(it->find("1000", "example.com").size(), 2u);
    EXPECT_EQ(it->find("1000", "example.com")[0]->cseq, 2u);
    ASSERT_TRUE(applied(core, *it, {"1000", "example.com", {}, {"sip:a", "sip:unknown"}}));
    ASSERT_EQ(it->find("1000", "example.com").size(), 1u);
    it.reset();
    it = open();
    ASSERT_EQ(it->find("1000", "example.com").size(), 1u);
    EXPECT_EQ(it->find("1000", "example.com")[0]->contact, "sip:b");
}

TEST_F(StoreTest, ExpiredOnesAreNotFoundAndLeaveTheFile) {
    auto it = open();
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:short", 60))));
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:long", 120))));
    core.manual.advance(seconds(59));
    EXPECT_EQ(it->size(), 2u);
    core.manual.advance(seconds(1));
    ASSERT_EQ(it->find("1000", "example.com").size(), 1u);
    EXPECT_EQ(it->size(), 1u);
    core.manual.advance(seconds(2));
    other_program shell(place.file());
    EXPECT_TRUE(
        core.run_until([&] { return shell.number("SELECT count(*) FROM registrations") == 1; }));
}

TEST_F(StoreTest, RenewedWhileItsOldSelfExpiresStaysInTheFile) {
    auto it = open();
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:a", 60))));
    core.manual.advance(seconds(59));
    other_program shell(place.file());
    ASSERT_EQ(shell.run("BEGIN IMMEDIATE"), SQLITE_OK);  // the disk is slow now
    bool done = false;
    it->apply(put(phone(core, "1000", "sip:a", 60)), [&](result<void>) { done = true; });
    core.manual.advance(milliseconds(2500));  // the old one expires, the new one is not yet written
    ASSERT_EQ(shell.run("COMMIT"), SQLITE_OK);
    ASSERT_TRUE(core.run_until([&] { return it->size() == 1; }));
    // Another change after it: the removal of the expired row has been written by then.
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1001", "sip:b", 60))));
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1002", "sip:c", 60))));
    EXPECT_EQ(shell.number("SELECT count(*) FROM registrations WHERE user='1000'"), 1);
    EXPECT_TRUE(done);
}

TEST_F(StoreTest, AStepOfTheWallClockExpiresNothing) {
    auto it = open();
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:a", 60))));
    core.manual.step_wall(std::chrono::hours(5));
    ASSERT_EQ(it->find("1000", "example.com").size(), 1u);
    // What it shows fits the clock of the moment: 60 seconds are left.
    EXPECT_EQ(it->find("1000", "example.com")[0]->expires, core.manual.wall() + seconds(60));
    core.manual.advance(seconds(60));
    EXPECT_TRUE(it->find("1000", "example.com").empty());
}

TEST_F(StoreTest, WhatExpiredWhileItWasDownIsNotLoaded) {
    {
        auto it = open();
        ASSERT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:a", 60))));
        ASSERT_TRUE(applied(core, *it, put(phone(core, "1001", "sip:b", 600))));
    }
    core.manual.advance(seconds(100));
    auto it = open();
    EXPECT_EQ(it->size(), 1u);
    other_program shell(place.file());
    EXPECT_EQ(shell.number("SELECT count(*) FROM registrations"), 1);
}

TEST_F(StoreTest, ChangesThatComeDuringACommitShareTheNext) {
    auto it = open();
    other_program shell(place.file());
    ASSERT_EQ(shell.run("BEGIN IMMEDIATE"), SQLITE_OK);
    int done = 0;
    for (int i = 0; i < 50; ++i)
        it->apply(put(phone(core, cat(1000 + i), "sip:x")), [&](result<void> outcome) {
            EXPECT_TRUE(outcome);
            ++done;
        });
    ASSERT_EQ(shell.run("COMMIT"), SQLITE_OK);
    ASSERT_TRUE(core.run_until([&] { return done > 1; }));
    EXPECT_EQ(done, 50);  // one, then all the others in the same turn
}

TEST_F(StoreTest, AChangeIsAllOrNothing) {
    auto it = open();
    other_program shell(place.file());
    ASSERT_EQ(shell.run("CREATE TRIGGER no BEFORE INSERT ON registrations WHEN new.contact = "
                        "'sip:bad' BEGIN SELECT RAISE(ABORT, 'no'); END"),
              SQLITE_OK);
    auto change = put(phone(core, "1000", "sip:good"));
    change.put.push_back(phone(core, "1000", "sip:bad"));
    EXPECT_FALSE(applied(core, *it, change));
    EXPECT_EQ(it->size(), 0u);
    EXPECT_EQ(shell.number("SELECT count(*) FROM registrations"), 0);
    EXPECT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:good"))));
}

TEST_F(StoreTest, ASlowDiskIsToldAsTimeoutAndMemoryFollows) {
    auto it = open();
    other_program shell(place.file());
    ASSERT_EQ(shell.run("BEGIN IMMEDIATE"), SQLITE_OK);
    std::vector<errc> told;
    for (const auto* user : {"1000", "1001"})
        it->apply(put(phone(core, user, "sip:a")),
                  [&](result<void> outcome) { told.push_back(outcome.error().code); });
    core.manual.advance(milliseconds(1999));
    EXPECT_TRUE(told.empty());
    core.manual.advance(milliseconds(1));
    EXPECT_THAT(told, ::testing::ElementsAre(errc::timed_out, errc::timed_out));
    EXPECT_EQ(it->size(), 0u);
    EXPECT_TRUE(core.captured.contains("take longer than 2000 ms"));
    ASSERT_EQ(shell.run("COMMIT"), SQLITE_OK);
    EXPECT_TRUE(core.run_until([&] { return it->size() == 2; }));
    EXPECT_EQ(told.size(), 2u);  // nobody is told twice
    // The two may have been one commit or two; whoever reads the log learns of both.
    EXPECT_EQ(late_in_log("ended well: what they changed is in force"), 2);
    EXPECT_EQ(late_in_log("they changed nothing"), 0);
    EXPECT_EQ(shell.number("SELECT count(*) FROM registrations"), 2);
}

TEST_F(StoreTest, ALateCommitThatFailsChangesNothingAndSaysSo) {
    auto it = open({.lock_patience = milliseconds(1)});
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:a"))));
    other_program shell(place.file());
    ASSERT_EQ(shell.run("BEGIN IMMEDIATE"), SQLITE_OK);
    std::vector<errc> told;
    auto renewed = phone(core, "1000", "sip:a");
    renewed.cseq = 2;
    auto change = put(renewed);
    change.put.push_back(phone(core, "1000", "sip:b"));
    it->apply(change, [&](result<void> outcome) { told.push_back(outcome.error().code); });
    core.manual.advance(milliseconds(2000));
    EXPECT_THAT(told, ::testing::ElementsAre(errc::timed_out));
    EXPECT_TRUE(core.run_until([&] { return core.captured.contains("they changed nothing"); }));
    EXPECT_EQ(late_in_log("they changed nothing"), 1);
    EXPECT_EQ(late_in_log("in force"), 0);
    EXPECT_EQ(told.size(), 1u);
    auto known = it->find("1000", "example.com");
    ASSERT_EQ(known.size(), 1u);
    EXPECT_EQ(known[0]->contact, "sip:a");
    EXPECT_EQ(known[0]->cseq, 0u);
    ASSERT_EQ(shell.run("COMMIT"), SQLITE_OK);
    // Neither memory nor the file has it afterwards.
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1001", "sip:c"))));
    it.reset();
    it = open();
    EXPECT_EQ(it->size(), 2u);
    EXPECT_EQ(it->find("1000", "example.com").size(), 1u);
    EXPECT_EQ(shell.number("SELECT max(cseq) FROM registrations"), 0);
}

TEST_F(StoreTest, LookupsComeFromMemory) {
    auto it = open();
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:a"))));
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1001", "sip:b"))));
    other_program shell(place.file());
    ASSERT_EQ(shell.run("DELETE FROM registrations WHERE user = '1000'; UPDATE registrations SET "
                        "contact = 'sip:elsewhere', user = '1002', transport = 'udp'"),
              SQLITE_OK);
    ASSERT_EQ(shell.number("SELECT count(*) FROM registrations WHERE user = '1002'"), 1);
    ASSERT_EQ(it->find("1000", "example.com").size(), 1u);
    EXPECT_EQ(it->find("1000", "example.com")[0]->contact, "sip:a");
    ASSERT_EQ(it->find("1001", "example.com").size(), 1u);
    EXPECT_EQ(it->find("1001", "example.com")[0]->contact, "sip:b");
    EXPECT_EQ(it->find("1001", "example.com")[0]->transport, "tls");
    EXPECT_TRUE(it->find("1002", "example.com").empty());
    // Nor does the next commit look at what is there.
    ASSERT_TRUE(applied(core, *it, put(phone(core, "1003", "sip:c"))));
    EXPECT_EQ(it->size(), 3u);
    EXPECT_TRUE(it->find("1002", "example.com").empty());
    EXPECT_EQ(it->find("1000", "example.com").size(), 1u);
}

TEST_F(StoreTest, AFailedCommitChangesNothingAndTheNextWorks) {
    auto it = open({.lock_patience = milliseconds(1)});
    other_program shell(place.file());
    ASSERT_EQ(shell.run("BEGIN IMMEDIATE"), SQLITE_OK);
    auto outcome = applied(core, *it, put(phone(core, "1000", "sip:a")));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, errc::busy);
    EXPECT_EQ(it->size(), 0u);
    EXPECT_TRUE(core.captured.contains("cannot be written"));
    ASSERT_EQ(shell.run("COMMIT"), SQLITE_OK);
    EXPECT_TRUE(applied(core, *it, put(phone(core, "1000", "sip:a"))));
    EXPECT_EQ(it->size(), 1u);
    EXPECT_TRUE(core.captured.contains("is written again"));
}

TEST_F(StoreTest, TheQueueIsBounded) {
    auto it = open({.most_waiting = 3});
    other_program shell(place.file());
    ASSERT_EQ(shell.run("BEGIN IMMEDIATE"), SQLITE_OK);
    std::vector<bool> outcomes;
    for (int i = 0; i < 6; ++i)
        it->apply(put(phone(core, cat(i), "sip:a")), [&](result<void> outcome) {
            if (!outcome) {
                EXPECT_EQ(outcome.error().code, errc::limit_reached);
            }
            outcomes.push_back(outcome.has_value());
        });
    EXPECT_TRUE(outcomes.empty());  // never from within apply()
    ASSERT_EQ(shell.run("COMMIT"), SQLITE_OK);
    ASSERT_TRUE(core.run_until([&] { return outcomes.size() == 6; }));
    EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), true), 4);  // one at work, three waiting
}

TEST_F(StoreTest, AfterStopWhatWasTakenIsWrittenAndNothingMoreIsTaken) {
    auto it = open();
    int written = 0;
    for (int i = 0; i < 10; ++i)
        it->apply(put(phone(core, cat(i), "sip:a")),
                  [&](result<void> outcome) { written += outcome ? 1 : 0; });
    it->stop();
    auto late = applied(core, *it, put(phone(core, "late", "sip:a")));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, errc::closed);
    EXPECT_TRUE(core.run_until([&] { return written == 10; }));
}

TEST_F(StoreTest, MayBeDestroyedWhileACommitRuns) {
    auto it = open();
    bool told = false;
    it->apply(put(phone(core, "1000", "sip:a")), [&](result<void>) { told = true; });
    it.reset();
    other_program shell(place.file());
    EXPECT_TRUE(
        core.run_until([&] { return shell.number("SELECT count(*) FROM registrations") == 1; }));
    core.poll();
    EXPECT_FALSE(told);
}

}  // namespace
}  // namespace strowger::sqlite
