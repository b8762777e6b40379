#include "golden.hpp"

#include <strowger/expand.hpp>
#include <strowger/text.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace strowger {
namespace {

// What tests/data/expand/expand.txt describes at its head.
class table final : public expansion_source {
public:
    std::optional<std::string> variable(std::string_view name) const override {
        auto found = values.find(name);
        if (found == values.end()) return std::nullopt;
        return found->second;
    }
    std::string command(std::string_view name, std::string args) const override {
        ++calls;
        if (name == "echo") return args;
        if (name == "upper") {
            for (auto& c : args) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
            return args;
        }
        if (name == "regex") {
            auto bar = args.find('|');
            bool within = args.substr(0, bar).find(args.substr(bar + 1)) != args.npos;
            return within ? "true" : "false";
        }
        if (name == "sofia_contact")
            return args == "1001@example.com"
                       ? "sofia/internal/sip:1001@192.0.2.1:5061;transport=tls"
                       : "error/user_not_registered";
        if (name == "evil") return "${system rm}";
        if (name == "system") return "SYSTEM WAS RUN";
        return {};
    }
    std::map<std::string, std::string, std::less<>> values{
        {"name", "Alice"},
        {"number", "1000"},
        {"empty", ""},
        {"digits", "0123456789"},
        {"evil", "${system rm}"},
        {"dollar", "a$b"},
        {"word", "name"},
        {"two", "2"},
        {"dialed_user", "1001"},
        {"dialed_domain", "example.com"},
        {"list", "ARRAY::red|:green|:blue"},
        {"system rm", "a variable that no text should name"},
        {"sip_h_X-Foo", "bar"},
    };
    mutable int calls = 0;
};

class expansion : public ::testing::TestWithParam<testing::golden_case> {};

TEST_P(expansion, is_as_written) {
    EXPECT_EQ(expand(GetParam().input, table{}), GetParam().output);
}

INSTANTIATE_TEST_SUITE_P(golden, expansion,
                         ::testing::ValuesIn(testing::read_golden("expand/expand.txt")));

TEST(expand, nests_a_hundred_deep_and_no_deeper) {
    std::string inside = "x";
    for (int i = 0; i < 100; ++i) inside = "${echo(" + inside + ")}";
    EXPECT_EQ(expand(inside, table{}), "x");
    EXPECT_EQ(expand("${echo(" + inside + ")}", table{}), "${echo(x)}");
}

TEST(expand, takes_time_in_proportion_to_the_text) {
    // A hundred thousand open braces: looking for each one's end anew would take minutes.
    std::string open;
    for (int i = 0; i < 100'000; ++i) open += "${";
    EXPECT_EQ(expand(open, table{}), open);
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "${a";
    deep += std::string(100'000, '}');
    EXPECT_FALSE(expand(deep, table{}).empty() && deep.empty());
}

TEST(expand, does_not_look_for_anything_in_text_without_a_dollar) {
    table from;
    EXPECT_EQ(expand("user/1000@example.com {not} (this) \\ either", from),
              "user/1000@example.com {not} (this) \\ either");
    EXPECT_EQ(from.calls, 0);
}

}  // namespace
}  // namespace strowger
