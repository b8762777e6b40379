#include "golden.hpp"
#include "conf_dir.hpp"

#include <strowger/text.hpp>

#include <sstream>

namespace strowger {
namespace {

void dump(const config_node& node, const std::string& indent, std::string& out) {
    out += indent + node.name;
    for (const auto& [name, value] : node.attributes) out += cat(' ', name, '=', value);
    if (!node.text.empty()) out += cat(" | ", node.text);
    out += '\n';
    for (const auto& child : node.children) dump(child, indent + "  ", out);
}

// "@ name" begins a file; what stands before the first one is strowger.xml's <document>, from its
// line 2 on.
void write_files(const testing::conf_dir& folder, const std::string& input) {
    std::istringstream lines(input);
    std::string name, text;
    auto finish = [&] {
        if (name.empty())
            folder.write_document(text);
        else
            folder.write(name, text);
        text.clear();
    };
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("@ ")) {
            finish();
            name = line.substr(2);
        } else {
            text += line + '\n';
        }
    }
    finish();
}

class reading : public ::testing::TestWithParam<testing::golden_case> {};

TEST_P(reading, finds_what_is_written) {
    testing::conf_dir folder;
    write_files(folder, GetParam().input);
    testing::loaded it(folder);
    auto out = it.reload();
    out += it.ok ? "taken\n" : "refused\n";
    if (it.ok)
        for (const auto& child : it.config->current()->root().children) dump(child, "", out);
    while (out.ends_with('\n')) out.pop_back();
    EXPECT_EQ(out, GetParam().output);
}

INSTANTIATE_TEST_SUITE_P(trees, reading,
                         ::testing::ValuesIn(testing::read_golden("config/trees.txt")));
INSTANTIATE_TEST_SUITE_P(errors, reading,
                         ::testing::ValuesIn(testing::read_golden("config/errors.txt")));

}  // namespace
}  // namespace strowger
