#include "golden.hpp"
#include "hunt.hpp"

#include <strowger/testing/captured_log.hpp>
#include "config/make.hpp"

#include <strowger/expand.hpp>
#include <strowger/text.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace strowger::dialplan_xml {
namespace {

// A caller without a channel. What runs inline, and what the hunt sets, is noted in `log`.
class caller final : public hunt_subject, expansion_source {
public:
    std::string_view field(std::string_view name) const override {
        auto found = fields.find(name);
        return found == fields.end() ? std::string_view() : std::string_view(found->second);
    }
    std::string expand(std::string_view text) override { return strowger::expand(text, *this); }
    void set_variable(std::string_view name, std::string value) override {
        log += cat(name, " = ", value, '\n');
        variables[std::string(name)] = std::move(value);
    }
    bool run_inline(const std::string& application, const std::string& data) override {
        auto expanded = expand(data);
        log += cat("inline ", application, '(', expanded, ")\n");
        if (application == "nobody") return false;
        auto equals = expanded.find('=');
        if (application == "set" && equals != expanded.npos)
            variables[expanded.substr(0, equals)] = expanded.substr(equals + 1);
        return true;
    }
    std::map<std::string, std::string, std::less<>> fields, variables;
    std::string log;

private:
    std::optional<std::string> variable(std::string_view name) const override {
        auto found = variables.find(name);
        if (found != variables.end()) return found->second;
        auto own = fields.find(name);
        if (own != fields.end()) return own->second;
        return std::nullopt;
    }
    std::string command(std::string_view name, std::string args) const override {
        return cat("RAN ", name, '(', args, ')');
    }
};

config_ptr parse(const std::string& contexts, problems& found) {
    std::string folder = ::testing::TempDir() + "strowger-plan-XXXXXX";
    if (!::mkdtemp(folder.data())) std::abort();
    std::ofstream(folder + "/strowger.xml") << "<document><section name=\"dialplan\">\n"
                                            << contexts << "\n</section></document>";
    testing::captured_log captured;
    logger log("test", captured);
    config_options options;
    options.conf_dir = folder;
    auto config = make_configuration(options, log);
    if (!config->reload(found)) ADD_FAILURE() << to_string(found.back());
    std::filesystem::remove_all(folder);
    return config->current();
}

// "> number" or "> number name=value …": a call. "name" is a field when it is one of these.
caller read_call(const std::string& line, std::string& context) {
    caller made;
    made.fields = {{"caller_id_name", "Alice"}, {"caller_id_number", "1000"}, {"source", "test"}};
    std::istringstream words(line.substr(2));
    std::string word;
    words >> word;
    made.fields["destination_number"] = word == "-" ? "" : word;
    while (words >> word) {
        auto equals = word.find('=');
        auto name = word.substr(0, equals);
        for (auto& c : word)
            if (c == '~') c = ' ';
        auto value = word.substr(equals + 1);
        if (name == "context")
            context = value;
        else if (name == "caller_id_name" || name == "caller_id_number")
            made.fields[name] = value;
        else
            made.variables[name] = value;
    }
    return made;
}

std::string run(const std::string& input) {
    std::string xml, call, out;
    std::istringstream lines(input);
    std::vector<std::string> calls;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("> "))
            calls.push_back(line);
        else
            xml += line + '\n';
    if (!xml.starts_with("<context")) xml = "<context name=\"default\">\n" + xml + "</context>";
    problems found;
    auto tree = parse(xml, found);
    auto plan = compile_plan(tree->section("dialplan"), found);
    for (const auto& each : found) out += to_string(each) + '\n';
    pattern_cache cache;
    for (const auto& line : calls) {
        std::string context = "default";
        auto who = read_call(line, context);
        auto outcome = hunt(*plan, cache, who).run(context);
        out += who.log;
        if (!outcome) {
            out += cat("none: ", outcome.error().text, '\n');
            continue;
        }
        out += cat(outcome->extension, ':');
        for (const auto& action : outcome->actions) {
            out += cat(' ', action.application, '(', action.data, ')');
            // What the core makes of it, where that differs.
            auto expanded = who.expand(action.data);
            if (expanded != action.data) out += cat("=>(", expanded, ')');
        }
        out += '\n';
    }
    while (out.ends_with('\n')) out.pop_back();
    return out;
}

class hunting : public ::testing::TestWithParam<testing::golden_case> {};

TEST_P(hunting, finds_what_is_written) { EXPECT_EQ(run(GetParam().input), GetParam().output); }

INSTANTIATE_TEST_SUITE_P(golden, hunting,
                         ::testing::ValuesIn(testing::read_golden("dialplan/hunt.txt")));
INSTANTIATE_TEST_SUITE_P(problems, hunting,
                         ::testing::ValuesIn(testing::read_golden("dialplan/problems.txt")));

}  // namespace
}  // namespace strowger::dialplan_xml
