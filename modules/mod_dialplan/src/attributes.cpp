#include "attributes.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace strowger::dialplan_xml {

namespace {

constexpr std::array<std::string_view, 14> time_tests{
    "year", "yday",   "mon",           "mday",        "week",      "mweek",     "wday",
    "hour", "minute", "minute-of-day", "time-of-day", "date-time", "tz-offset", "dst"};

constexpr std::array<std::string_view, 17> fields{"destination_number",
                                                  "caller_id_number",
                                                  "caller_id_name",
                                                  "network_addr",
                                                  "ani",
                                                  "aniii",
                                                  "rdnis",
                                                  "uuid",
                                                  "source",
                                                  "context",
                                                  "chan_name",
                                                  "username",
                                                  "dialplan",
                                                  "callee_id_name",
                                                  "callee_id_number",
                                                  "direction",
                                                  "state"};

template <class Names>
bool holds(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool may_carry_time(const config_node& node) {
    return node.name == "condition" || node.name == "regex";
}

}  // namespace

void check_attributes(const config_node& node, std::initializer_list<std::string_view> known,
                      problems& found) {
    for (const auto& [name, value] : node.attributes) {
        if (holds(known, name)) continue;
        if (may_carry_time(node) && holds(time_tests, name)) continue;
        auto near = nearest(name, std::vector<std::string_view>(known));
        std::string list;
        for (auto each : known) list += cat(list.empty() ? "" : ", ", each);
        found.push_back(
            {severity::warning, node.where,
             cat('<', node.name, "> has no attribute \"", name, "\"",
                 near.empty() ? "" : cat(" (did you mean \"", near, "\"?)"), "; expected ", list)});
    }
}

bool has_time_test(const config_node& node) {
    return std::any_of(node.attributes.begin(), node.attributes.end(), [](const auto& attribute) {
        return attribute.first != "tz-offset" && holds(time_tests, attribute.first);
    });
}

void check_field(const config_node& node, std::string_view field, problems& found) {
    if (holds(fields, field)) return;
    auto near = nearest(field, fields);
    found.push_back(
        {severity::warning, node.where,
         cat("the caller has no field \"", field, "\", it is always empty; expected ",
             near.empty() ? "" : cat("\"", near, "\", or "), "\"${", field, "}\" for a variable")});
}

}  // namespace strowger::dialplan_xml
