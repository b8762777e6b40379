#include "auth/nonce.hpp"

#include <gtest/gtest.h>

namespace strowger::sofia {
namespace {

const steady_time start{std::chrono::hours(1)};

TEST(Nonce, IsGoodForItsRealmAndSourceUntilItIsOld) {
    nonce_maker maker(seconds(60));
    auto nonce = maker.make("example.com", "192.0.2.1", start);
    EXPECT_EQ(maker.check(nonce, "example.com", "192.0.2.1", start).verdict, nonce_verdict::good);
    EXPECT_EQ(maker.check(nonce, "example.com", "192.0.2.1", start + seconds(60)).verdict,
              nonce_verdict::good);
    EXPECT_EQ(maker.check(nonce, "example.com", "192.0.2.1", start + milliseconds(60001)).verdict,
              nonce_verdict::expired);
    EXPECT_EQ(maker.check(nonce, "example.org", "192.0.2.1", start).verdict,
              nonce_verdict::foreign);
    EXPECT_EQ(maker.check(nonce, "example.com", "192.0.2.2", start).verdict,
              nonce_verdict::foreign);
    // Realm and source can't be shifted against one another.
    EXPECT_EQ(maker.check(nonce, "example.com1", "92.0.2.1", start).verdict,
              nonce_verdict::foreign);
}

TEST(Nonce, OfAnotherProcessOrChangedAnywhereIsForeign) {
    nonce_maker maker(seconds(60)), other(seconds(60));
    auto nonce = maker.make("r", "s", start);
    EXPECT_EQ(other.check(nonce, "r", "s", start).verdict, nonce_verdict::foreign);
    // The last character carries bits that base64 drops; all others matter.
    for (std::size_t i = 0; i + 3 < nonce.size(); ++i) {
        auto changed = nonce;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(maker.check(changed, "r", "s", start).verdict, nonce_verdict::foreign) << i;
    }
    for (const auto* text : {"", "x", "!!!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
        EXPECT_EQ(maker.check(text, "r", "s", start).verdict, nonce_verdict::foreign);
}

TEST(Nonce, CountsMayComeInAnyOrderButOnce) {
    nonce_maker maker(seconds(60));
    auto index = maker.check(maker.make("r", "s", start), "r", "s", start).index;
    EXPECT_FALSE(maker.use(index, 0));
    EXPECT_TRUE(maker.use(index, 1));
    EXPECT_FALSE(maker.use(index, 1));
    EXPECT_TRUE(maker.use(index, 3));
    EXPECT_TRUE(maker.use(index, 2));
    EXPECT_FALSE(maker.use(index, 2));
    EXPECT_TRUE(maker.use(index, 100));
    EXPECT_FALSE(maker.use(index, 36));  // 64 behind: not remembered, so refused
    EXPECT_TRUE(maker.use(index, 37));
    EXPECT_TRUE(maker.use(index, 4294967295u));
    EXPECT_FALSE(maker.use(index, 100));
}

TEST(Nonce, WhoseMarksWereGivenAwayIsExpired) {
    nonce_maker maker(seconds(60), 4);
    auto first = maker.make("r", "s", start);
    auto index = maker.check(first, "r", "s", start).index;
    for (int i = 0; i < 3; ++i) (void)maker.make("r", "s", start);
    EXPECT_EQ(maker.check(first, "r", "s", start).verdict, nonce_verdict::good);
    (void)maker.make("r", "s", start);
    EXPECT_EQ(maker.check(first, "r", "s", start).verdict, nonce_verdict::expired);
    EXPECT_FALSE(maker.use(index, 1));
}

}  // namespace
}  // namespace strowger::sofia
