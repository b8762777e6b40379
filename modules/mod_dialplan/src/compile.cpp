// XML to plan. What FreeSWITCH takes silently and would surprise is a warning here.
#include "attributes.hpp"
#include "plan.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace strowger::dialplan_xml {

namespace {

constexpr int nesting_limit = 100;  // as in FreeSWITCH
constexpr unsigned loop_limit = 1000;

class compiler {
public:
    explicit compiler(problems& found) : found_(found) {}
    std::unique_ptr<plan> run(const config_node* section);

private:
    std::vector<extension> context(const config_node& node);
    condition one_condition(const config_node& node, int depth);
    test one_test(const config_node& node);
    void actions(const config_node& node, std::string_view tag, std::vector<action>& into);
    void look_at_children(const config_node& node);
    break_mode break_of(const config_node& node);
    void warn(const config_node& at, std::string text) {
        found_.push_back({severity::warning, at.where, std::move(text)});
    }
    void look_for_matches(std::string_view text) {
        if (text.find("DP_MATCH") != text.npos || text.find("DP_REGEX_MATCH") != text.npos)
            keeps_matches_ = true;
    }

    problems& found_;
    bool keeps_matches_ = false;
};

std::unique_ptr<plan> compiler::run(const config_node* section) {
    auto made = std::make_unique<plan>();
    if (!section) return made;
    section->each("context", [&](const config_node& node) {
        auto name = std::string(node.attribute_or("name", {}));
        if (name.empty()) {
            warn(node, "a <context> without a name is never used; expected name=\"default\"");
            return;
        }
        for (auto& c : name) c = ascii_lower(c);
        if (made->contexts.contains(name)) {
            warn(node, cat("a second context \"", name,
                           "\" is never used; expected one of that "
                           "name"));
            return;
        }
        check_attributes(node, {"name"}, found_);
        made->contexts.emplace(std::move(name), context(node));
    });
    made->keeps_matches = keeps_matches_;
    return made;
}

std::vector<extension> compiler::context(const config_node& node) {
    std::vector<extension> made;
    for (const auto& each : node.children) {
        if (each.name != "extension") {
            warn(each, cat('<', each.name, "> in a context is not read; expected <extension>"));
            continue;
        }
        check_attributes(each, {"name", "continue", "uuid", "app", "enabled"}, found_);
        auto& one = made.emplace_back();
        one.name = each.attribute_or("name", "_anon_");
        one.goes_on = is_true(each.attribute_or("continue", {}));
        for (const auto& inner : each.children) {
            if (inner.name == "condition")
                one.conditions.push_back(one_condition(inner, 0));
            else
                warn(inner, cat('<', inner.name,
                                "> in an extension is not run; expected it inside "
                                "a <condition>"));
        }
    }
    if (made.empty())
        warn(node, cat("the context \"", node.attribute_or("name", {}),
                       "\" is empty: every call to it fails; expected an <extension>"));
    return made;
}

break_mode compiler::break_of(const config_node& node) {
    auto word = node.attribute_or("break", "on-false");
    if (iequals(word, "on-true")) return break_mode::on_true;
    if (iequals(word, "always")) return break_mode::always;
    if (iequals(word, "never")) return break_mode::never;
    if (!iequals(word, "on-false"))
        warn(node, cat("break=\"", word,
                       "\" counts as on-false; expected on-false, on-true, always "
                       "or never"));
    return break_mode::on_false;
}

condition compiler::one_condition(const config_node& node, int depth) {
    condition made;
    check_attributes(node, {"field", "expression", "break", "regex", "require-nested"}, found_);
    made.breaks = break_of(node);
    made.require_nested = !is_false(node.attribute_or("require-nested", "true"));
    if (auto kind = node.attribute("regex")) {
        made.set = iequals(*kind, "all")   ? set_kind::all
                   : iequals(*kind, "xor") ? set_kind::exactly_one
                                           : set_kind::any;
        if (made.set == set_kind::any && !iequals(*kind, "any"))
            warn(node, cat("regex=\"", *kind, "\" counts as any; expected all, any or xor"));
        node.each("regex", [&](const config_node& each) {
            check_attributes(each, {"field", "expression"}, found_);
            made.never = made.never || has_time_test(each);
            made.tests.push_back(one_test(each));
        });
        if (made.tests.empty())
            warn(node,
                 "a set without <regex> never matches; expected <regex field=… "
                 "expression=…/>");
    } else {
        made.own = one_test(node);
        if (!made.own.has_field && !made.own.expression.empty())
            warn(node,
                 "a condition without a field is always true; expected "
                 "field=\"destination_number\" beside its expression");
    }
    made.never = made.never || has_time_test(node);
    if (made.never)
        warn(node,
             "not built yet: conditions on the time; this one counts as false. Expected, "
             "until then, a condition without them");
    actions(node, "action", made.actions);
    actions(node, "anti-action", made.anti_actions);
    look_at_children(node);
    if (depth >= nesting_limit) {
        if (node.child("condition"))
            warn(node, cat("conditions more than ", nesting_limit, " deep are not read"));
        return made;
    }
    node.each("condition", [&](const config_node& inner) {
        made.nested.push_back(one_condition(inner, depth + 1));
    });
    return made;
}

void compiler::look_at_children(const config_node& node) {
    constexpr std::array<std::string_view, 5> known{"action", "anti-action", "regex", "condition",
                                                    "expression"};
    for (const auto& each : node.children) {
        if (std::find(known.begin(), known.end(), each.name) != known.end()) continue;
        auto near = nearest(each.name, known);
        warn(each, cat('<', each.name, "> in a condition is not read; expected ",
                       near.empty() ? "<action>" : cat('<', near, '>')));
    }
}

test compiler::one_test(const config_node& node) {
    test made;
    if (const auto* field = node.attribute("field")) {
        made.has_field = true;
        made.field = *field;
        made.field_expands = field->find('$') != field->npos;
        if (!made.field_expands) check_field(node, *field, found_);
        look_for_matches(*field);
    }
    const auto* child = node.child("expression");
    made.expression = child ? child->text : std::string(node.attribute_or("expression", {}));
    made.expression_expands = made.expression.find("${") != made.expression.npos;
    made.captures = made.expression.find('(') != made.expression.npos;
    look_for_matches(made.expression);
    if (made.expression_expands || !made.has_field) return made;
    auto compiled = pattern::compile(made.expression, true);
    if (compiled)
        made.compiled = std::move(*compiled);
    else
        warn(node, cat("the expression is broken and never matches: ", compiled.error().text,
                       "; expected a regular expression (PCRE2)"));
    return made;
}

void compiler::actions(const config_node& node, std::string_view tag, std::vector<action>& into) {
    node.each(tag, [&](const config_node& each) {
        check_attributes(each, {"application", "data", "inline", "loop"}, found_);
        action made;
        made.application = each.attribute_or("application", {});
        if (made.application.empty()) {
            warn(each, cat('<', tag,
                           "> without an application does nothing; expected "
                           "application=\"…\""));
            return;
        }
        made.data = each.text.empty() ? std::string(each.attribute_or("data", {})) : each.text;
        for (std::size_t at = 0; at + 1 < made.data.size(); ++at)
            if (made.data[at] == '$' && made.data[at + 1] >= '0' && made.data[at + 1] <= '9')
                made.references = true;
        made.run_inline = is_true(each.attribute_or("inline", {}));
        if (const auto* loop = each.attribute("loop")) {
            if (!parse_number(*loop, made.loop) || made.loop < 1 || made.loop > loop_limit) {
                made.loop = 1;
                warn(each, cat("loop=\"", *loop, "\" counts as 1; expected a number from 1 to ",
                               loop_limit));
            }
        }
        look_for_matches(made.data);
        into.push_back(std::move(made));
    });
}

}  // namespace

std::unique_ptr<plan> compile_plan(const config_node* section, problems& found) {
    return compiler(found).run(section);
}

}  // namespace strowger::dialplan_xml
