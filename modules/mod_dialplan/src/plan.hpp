// A dialplan as it runs: everything that can be known when it is loaded is worked out already.
#pragma once

#include "pattern.hpp"

#include <strowger/config.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strowger::dialplan_xml {

// One comparison: a field against an expression.
struct test {
    bool has_field = false;
    std::string field;           // "destination_number", or text with ${}
    bool field_expands = false;  // it contains a "$"
    std::string expression;
    bool expression_expands = false;  // it contains "${": compiled when it is met
    bool captures = false;            // it contains "("
    // Nothing: it expands, or it is broken and never matches.
    std::optional<pattern> compiled;
};

struct action {
    std::string application;
    std::string data;
    bool references = false;  // contains "$1" or the like
    bool run_inline = false;
    unsigned loop = 1;
};

enum class set_kind { none, all, any, exactly_one };
enum class break_mode { on_false, on_true, always, never };

struct condition {
    set_kind set = set_kind::none;
    test own;                 // without a set
    std::vector<test> tests;  // of a set
    bool never = false;       // its kind is not built: it is false
    break_mode breaks = break_mode::on_false;
    bool require_nested = true;
    std::vector<action> actions, anti_actions;
    std::vector<condition> nested;
};

struct extension {
    std::string name;
    bool goes_on = false;  // continue="true"
    std::vector<condition> conditions;
};

struct plan {
    std::map<std::string, std::vector<extension>, std::less<>> contexts;  // names in lower case
    bool keeps_matches = false;  // somewhere DP_MATCH or DP_REGEX_MATCH is read
};

// Compiles <section name="dialplan">, which may be nullptr. What is wrong goes into `found`.
std::unique_ptr<plan> compile_plan(const config_node* section, problems& found);

}  // namespace strowger::dialplan_xml
