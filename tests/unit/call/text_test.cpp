#include "call/mask.hpp"
#include "call/uuid.hpp"

#include <strowger/channel.hpp>

#include <gtest/gtest.h>

#include <set>

namespace strowger {
namespace {

TEST(mask, keys) {
    EXPECT_EQ(
        mask_keys(
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhc|2^31\r\n"),
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***|2^31\r\n");
    EXPECT_EQ(mask_keys("inline:abc;inline:def"), "inline:***;inline:***");
    EXPECT_EQ(mask_keys("inline:abc"), "inline:***");
    EXPECT_EQ(mask_keys("nothing here"), "nothing here");
}

TEST(mask, control_characters) {
    EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a?b?[31m?");
    EXPECT_EQ(printable("Ä"), "Ä");
}

TEST(uuid, is_version_four_and_new_every_time) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        auto id = make_uuid();
        ASSERT_EQ(id.size(), 36u);
        EXPECT_EQ(id[8], '-');
        EXPECT_EQ(id[14], '4');
        EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos);
        seen.insert(id);
    }
    EXPECT_EQ(seen.size(), 1000u);
}

TEST(caller_profile, fields_by_name) {
    caller_profile caller;
    caller.destination_number = "1001";
    EXPECT_EQ(*caller.field("destination_number"), "1001");
    EXPECT_EQ(*caller.field("context"), "default");
    EXPECT_EQ(caller.field("no_such"), nullptr);
}

TEST(words, of_states) {
    EXPECT_EQ(to_string(channel_state::early), "early");
    EXPECT_EQ(to_string(privacy::secure), "private");
}

}  // namespace
}  // namespace strowger
