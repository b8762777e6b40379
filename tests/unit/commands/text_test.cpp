#include "commands.hpp"
#include "table.hpp"

#include <gtest/gtest.h>

namespace strowger::commands {
namespace {

using words = std::vector<std::string>;

TEST(split_words, keeps_brackets_and_quotes_together) {
    EXPECT_EQ(split_words("a  b c"), (words{"a", "b", "c"}));
    EXPECT_EQ(split_words("  "), words{});
    EXPECT_EQ(split_words("{a=1, b=2}user/1001 &echo()"),
              (words{"{a=1, b=2}user/1001", "&echo()"}));
    EXPECT_EQ(split_words("'two words' x"), (words{"two words", "x"}));
    EXPECT_EQ(split_words("user/1 &playback(tone_stream://%(1000, 0, 440))"),
              (words{"user/1", "&playback(tone_stream://%(1000, 0, 440))"}));
    EXPECT_EQ(split_words("{unclosed a b"), (words{"{unclosed a b"}));
}

const table two{{"name", "value"}, {{"a", "1"}, {"long name", "\"quoted\"\n"}}, "row"};

TEST(table_of_text, lines_up_and_counts) {
    EXPECT_EQ(as_text(two),
              "name       value\n"
              "a          1\n"
              "long name  \"quoted\"?\n"
              "\n"
              "2 rows total.");
    EXPECT_EQ(as_text(table{{"x"}, {}, "call"}), "0 calls total.");
    EXPECT_EQ(as_text(table{{"x"}, {{"1"}}, "call"}), "x\n1\n\n1 call total.");
}

TEST(table_of_text, json_is_escaped) {
    EXPECT_EQ(as_json(two),
              "{\"row_count\":2,\"rows\":[{\"name\":\"a\",\"value\":\"1\"},"
              "{\"name\":\"long name\",\"value\":\"\\\"quoted\\\"\\u000a\"}]}");
}

TEST(table_of_text, forms) {
    std::string out;
    EXPECT_TRUE(render(two, " as delimited |", 0, out));
    EXPECT_EQ(out, "name|value\na|1\nlong name|\"quoted\"?\n\n2 total.");
    EXPECT_FALSE(render(two, "as xml", 0, out));
}

}  // namespace
}  // namespace strowger::commands
