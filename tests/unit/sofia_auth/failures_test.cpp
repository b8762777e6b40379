#include "auth/failures.hpp"

#include <strowger/text.hpp>

#include <gtest/gtest.h>

namespace strowger::sofia {
namespace {

const steady_time start{std::chrono::hours(1)};

TEST(Failures, TheFifthWithinAMinuteLocks) {
    failure_table table(5);
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(table.add("192.0.2.1", "1000", start + seconds(i)));
    EXPECT_FALSE(table.locked("192.0.2.1", "1000", start + seconds(4)));
    EXPECT_TRUE(table.add("192.0.2.1", "1000", start + seconds(5)));
    EXPECT_TRUE(table.locked("192.0.2.1", "1000", start + seconds(64)));
    EXPECT_TRUE(table.penalised("192.0.2.1", start + seconds(64)));
    EXPECT_FALSE(table.locked("192.0.2.1", "1001", start + seconds(6)));
    EXPECT_FALSE(table.locked("192.0.2.2", "1000", start + seconds(6)));
    EXPECT_FALSE(table.penalised("192.0.2.2", start + seconds(6)));
    EXPECT_FALSE(table.locked("192.0.2.1", "1000", start + seconds(65)));
    EXPECT_FALSE(table.penalised("192.0.2.1", start + seconds(65)));
}

// Guesses at one user cannot be made to be forgotten by failing as many others.
TEST(Failures, InventedNamesPushNothingOut) {
    failure_table table(5);
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(table.add("192.0.2.1", "1012", start));
    for (int i = 0; i < 15; ++i) (void)table.add("192.0.2.1", cat("x", i), start);
    EXPECT_FALSE(table.penalised("192.0.2.1", start));
    for (int i = 15; i < 20000; ++i) (void)table.add("192.0.2.1", cat("x", i), start + seconds(1));
    EXPECT_TRUE(table.penalised("192.0.2.1", start + seconds(1)));
    EXPECT_EQ(table.size(), failure_table::most_names);
    EXPECT_TRUE(table.add("192.0.2.1", "1012", start + seconds(2)));
    EXPECT_TRUE(table.locked("192.0.2.1", "1012", start + seconds(2)));
    EXPECT_TRUE(table.locked("192.0.2.1", "1013", start + seconds(2)));  // one name too many
    EXPECT_FALSE(table.locked("192.0.2.2", "1013", start + seconds(2)));
    EXPECT_FALSE(table.locked("192.0.2.1", "1013", start + seconds(62)));
    // And what one source does takes no room from another.
    EXPECT_FALSE(table.add("192.0.2.2", "1000", start + seconds(2)));
    EXPECT_EQ(table.size(), failure_table::most_names + 1);
}

TEST(Failures, SpreadOverMoreThanAMinuteDoNotLock) {
    failure_table table(5);
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(table.add("192.0.2.1", "1000", start + seconds(20 * i))) << i;
}

TEST(Failures, TheMinuteSlides) {
    failure_table table(5);
    auto fails = [&](milliseconds at) { return table.add("192.0.2.1", "1000", start + at); };
    EXPECT_FALSE(fails(seconds(0)));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(fails(seconds(59)));
    // The first one is a minute old and counts no more; the next but one is the fifth since 59.
    EXPECT_FALSE(fails(seconds(60)));
    EXPECT_FALSE(table.locked("192.0.2.1", "1000", start + seconds(60)));
    EXPECT_TRUE(fails(seconds(60)));
    EXPECT_TRUE(table.locked("192.0.2.1", "1000", start + seconds(60)));
}

TEST(Failures, AFailureCountsForLessThanAMinute) {
    for (bool within : {true, false}) {
        failure_table table(2);
        EXPECT_FALSE(table.add("192.0.2.1", "1000", start));
        EXPECT_EQ(table.add("192.0.2.1", "1000", start + milliseconds(within ? 59999 : 60000)),
                  within);
    }
}

TEST(Failures, TheLockEndsAMinuteAfterTheLastThatCounted) {
    failure_table table(5);
    table.add("192.0.2.1", "1000", start);
    for (int i = 0; i < 4; ++i) table.add("192.0.2.1", "1000", start + seconds(59));
    // What is tried while it is locked makes it no longer.
    EXPECT_TRUE(table.add("192.0.2.1", "1000", start + seconds(100)));
    EXPECT_TRUE(table.locked("192.0.2.1", "1000", start + milliseconds(118999)));
    EXPECT_FALSE(table.locked("192.0.2.1", "1000", start + seconds(119)));
    EXPECT_FALSE(table.penalised("192.0.2.1", start + seconds(119)));
    // And the count begins anew.
    for (int i = 0; i < 4; ++i)
        EXPECT_FALSE(table.add("192.0.2.1", "1000", start + seconds(119))) << i;
    EXPECT_TRUE(table.add("192.0.2.1", "1000", start + seconds(119)));
}

TEST(Failures, ASuccessBeginsAnew) {
    failure_table table(2);
    table.add("192.0.2.1", "1000", start);
    table.succeeded("192.0.2.1", "1000");
    EXPECT_FALSE(table.add("192.0.2.1", "1000", start));
}

TEST(Failures, TheTableIsBounded) {
    failure_table table(5, 100);
    for (int i = 0; i < 1000; ++i) table.add(cat("192.0.2.", i), "1000", start);
    EXPECT_EQ(table.size(), 100u);
    for (int i = 0; i < 4; ++i) table.add("192.0.2.999", "1000", start);
    EXPECT_TRUE(table.locked("192.0.2.999", "1000", start));
}

TEST(Failures, AFullTableLosesTheOneThatFailedLongestAgo) {
    failure_table table(2, 2);
    table.add("192.0.2.1", "1000", start);
    table.add("192.0.2.2", "1000", start + seconds(1));
    // It is there already: nobody has to make room.
    EXPECT_TRUE(table.add("192.0.2.1", "1000", start + seconds(2)));
    EXPECT_EQ(table.size(), 2u);
    table.add("192.0.2.3", "1000", start + seconds(3));
    EXPECT_EQ(table.size(), 2u);
    EXPECT_TRUE(table.locked("192.0.2.1", "1000", start + seconds(3)));
    EXPECT_TRUE(table.add("192.0.2.3", "1000", start + seconds(4)));   // still counted
    EXPECT_FALSE(table.add("192.0.2.2", "1000", start + seconds(5)));  // forgotten
}

}  // namespace
}  // namespace strowger::sofia
