// Tables on terminals of several widths.
#include "screen.hpp"
#include "table.hpp"

#include <gtest/gtest.h>

namespace strowger::commands {
namespace {

// 16, 31 and 35 characters wide: 86 with the gaps.
table one_leg() {
    return {{"uuid", "name", "why"},
            {{"0123456789abcdef", "sofia/internal/1001@example.com",
              "signalling over udp is in the clear"}},
            "leg"};
}

constexpr const char* whole =
    "uuid              name                             why\n"
    "0123456789abcdef  sofia/internal/1001@example.com  signalling over udp is in the clear\n"
    "\n"
    "1 leg total.";

TEST(layout, what_fits_is_whole) {
    EXPECT_EQ(as_text(one_leg(), 0), whole);
    EXPECT_EQ(as_text(one_leg(), 86), whole);
    EXPECT_EQ(as_text(one_leg(), 200), whole);
}

TEST(layout, the_widest_columns_are_cut_first) {
    EXPECT_EQ(
        as_text(one_leg(), 85),
        "uuid              name                             why\n"
        "0123456789abcdef  sofia/internal/1001@example.com  signalling over udp is in the cle…\n"
        "\n"
        "1 leg total.");
    EXPECT_EQ(as_text(one_leg(), 70),
              "uuid              name                       why\n"
              "0123456789abcdef  sofia/internal/1001@exam…  signalling over udp is i…\n"
              "\n"
              "1 leg total.");
}

TEST(layout, a_column_is_cut_to_its_least_only) {
    auto it = one_leg();
    it.least = {{"why", 30}};
    EXPECT_EQ(as_text(it, 70),
              "uuid              name                  why\n"
              "0123456789abcdef  sofia/internal/1001…  signalling over udp is in the…\n"
              "\n"
              "1 leg total.");
}

TEST(layout, a_column_that_says_enough_is_cut_before_others) {
    auto it = one_leg();
    it.least = {{"uuid", 9}};
    it.cut_first = {"uuid"};
    EXPECT_EQ(as_text(it, 78),
              "uuid       name                             why\n"
              "01234567…  sofia/internal/1001@example.com  signalling over udp is in the cle…\n"
              "\n"
              "1 leg total.");
}

TEST(layout, spare_columns_are_left_out_and_named) {
    auto it = one_leg();
    it.least = {{"uuid", 16}, {"name", 20}, {"why", 30}};
    it.spare = {"name", "uuid"};
    EXPECT_EQ(as_text(it, 60),
              "uuid              why\n"
              "0123456789abcdef  signalling over udp is in the clear\n"
              "\n"
              "Not shown, for want of room: name.\n"
              "1 leg total.");
}

constexpr const char* in_blocks =
    "uuid: 0123456789abcdef\n"
    "name: sofia/internal/1001@example.com\n"
    "why: signalling over udp is in the clear\n"
    "\n"
    "1 leg total.";

TEST(layout, a_narrow_screen_has_blocks) {
    EXPECT_EQ(as_text(one_leg(), 59), in_blocks);
    auto stiff = one_leg();
    stiff.least = {{"uuid", 16}, {"name", 20}, {"why", 30}};
    EXPECT_EQ(as_text(stiff, 69), in_blocks);
    auto gap = one_leg();
    gap.rows[0][1].clear();
    EXPECT_EQ(as_text(gap, 20),
              "uuid: 0123456789abcdef\n"
              "why: signalling over udp is in the clear\n"
              "\n"
              "1 leg total.");
}

// The name of a column is never cut, nor a column to less than 8 characters.
TEST(layout, names_of_columns_stay) {
    table it{{"call_privacy", "b"}, {{"yes", std::string(60, 'x')}}, "row"};
    EXPECT_EQ(as_text(it, 60),
              "call_privacy  b\n"
              "yes           " +
                  std::string(45, 'x') + "…\n\n1 row total.");
}

TEST(layout, characters_count_not_bytes) {
    table it{{"a", "b"}, {{"éèàéèàéèàé", std::string(50, 'x')}}, "row"};
    EXPECT_EQ(as_text(it, 62),
              "a           b\néèàéèàéèàé  " + std::string(50, 'x') + "\n\n1 row total.");
    table long_one{{"a"},
                   {{[] {
                       std::string text;
                       for (int i = 0; i < 70; ++i) text += "é";
                       return text;
                   }()}},
                   "row"};
    std::string cut;
    for (int i = 0; i < 59; ++i) cut += "é";
    EXPECT_EQ(as_text(long_one, 60), "a\n" + cut + "…\n\n1 row total.");
}

TEST(layout, programs_get_everything_at_any_width) {
    std::string out, at_60;
    for (const auto* form : {"as json", "as delimited |"}) {
        ASSERT_TRUE(render(one_leg(), form, 0, out));
        ASSERT_TRUE(render(one_leg(), form, 60, at_60));
        EXPECT_EQ(out, at_60);
    }
    EXPECT_EQ(
        at_60,
        "uuid|name|why\n"
        "0123456789abcdef|sofia/internal/1001@example.com|signalling over udp is in the clear\n"
        "\n"
        "1 total.");
}

TEST(screen, is_one_commands_own) {
    EXPECT_EQ(screen_width(), 0u);
    {
        const on_screen outer(100);
        {
            const on_screen inner(0);
            EXPECT_EQ(screen_width(), 0u);
        }
        EXPECT_EQ(screen_width(), 100u);
    }
    EXPECT_EQ(screen_width(), 0u);
}

}  // namespace
}  // namespace strowger::commands
