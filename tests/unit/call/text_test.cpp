#include "call/mask.hpp"
#include "call/uuid.hpp"

#include <strowger/channel.hpp>
#include <strowger/mask.hpp>

#include <gtest/gtest.h>

#include <set>

namespace strowger {
namespace {

// RFC 4568, 6.1 and 9.1: the key follows "inline:"; lifetime and MKI are no secrets.
TEST(key_mask, hides_what_follows_inline) {
    EXPECT_EQ(mask_keys("a=crypto:1 AES_CM_128_HMAC_SHA1_80 "
                        "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 FEC"),
              "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***|2^20|1:4 FEC");
    EXPECT_EQ(mask_keys("inline:AAAA==\r\ninline:BBBB"), "inline:***\r\ninline:***");
    EXPECT_EQ(mask_keys("two inline:abc;inline:def+/x"), "two inline:***;inline:***");
}

TEST(key_mask, in_any_spelling) {
    EXPECT_EQ(mask_keys("INLINE:abc"), "INLINE:***");
    EXPECT_EQ(mask_keys("inline%3Aabc%2Bdef x"), "inline%3A*** x");
}

TEST(key_mask, a_mark_within_a_key) {
    EXPECT_EQ(mask_keys("inline:inLine:AAEC x"), "inline:*** x");
    EXPECT_EQ(mask_keys("inline:AAinline:AAEC"), "inline:***");
    EXPECT_EQ(mask_keys("inline:inline%3AAAEC"), "inline:***");
}

TEST(key_mask, leaves_other_text_alone) {
    for (std::string text : {"", "inline", "inline:", "an inline comment: yes", ":", "%", "line:x"})
        EXPECT_EQ(mask_keys(text), text);
    EXPECT_EQ(mask_keys("inline:***"), "inline:***");
}

TEST(mask, control_characters) {
    EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a?b?[31m?");
    EXPECT_EQ(printable("Ä"), "Ä");
    EXPECT_EQ(printable("\u4e2d\U0001F4DE"), "\u4e2d\U0001F4DE");
    EXPECT_EQ(printable("a\u009b31m"), "a?31m");
    EXPECT_EQ(printable("a\x9b"
                        "31m"),
              "a?31m");
    EXPECT_EQ(printable("\u202Etxt\u2066"), "?txt?");
    // RFC 3629, 3: overlong, a surrogate, beyond the last, cut short.
    EXPECT_EQ(printable("\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80|\xe4\xb8"), "??|???|????|??");
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
