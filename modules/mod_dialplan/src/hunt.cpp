#include "hunt.hpp"

#include "substitute.hpp"

#include <strowger/text.hpp>

#include <utility>

namespace strowger::dialplan_xml {

namespace {

// What loop= and many extensions may collect together.
constexpr std::size_t most_actions = 10'000;

const std::vector<extension>* find_context(const plan& where, std::string_view name) {
    std::string key(name);
    for (auto& c : key) c = ascii_lower(c);
    auto found = where.contexts.find(key);
    if (found == where.contexts.end()) found = where.contexts.find("global");
    return found == where.contexts.end() ? nullptr : &found->second;
}

}  // namespace

result<route> hunt::run(std::string_view context) {
    const auto* extensions = find_context(plan_, context);
    if (!extensions)
        return fail(errc::not_found,
                    cat("the dialplan has no context \"", context,
                        "\" and none named \"global\"; expected one in dialplan/"));
    for (const auto& each : *extensions) {
        const auto before = found_.actions.size();
        auto outcome = try_conditions(each.conditions);
        if (outcome == verdict::over)
            return fail(errc::closed, cat("extension \"", each.name, "\" ended the call"));
        // Actions that an extension collected before it failed stay collected, as in FreeSWITCH.
        if (outcome == verdict::match ||
            (found_.extension.empty() && found_.actions.size() > before))
            found_.extension = each.name;
        if (outcome == verdict::match && !each.goes_on) break;
    }
    if (found_.actions.empty())
        return fail(errc::not_found, found_.extension.empty()
                                         ? cat("no extension of context \"", context, "\" matched")
                                         : cat("extension \"", found_.extension, "\" of context \"",
                                               context, "\" matched, but has no actions"));
    return std::move(found_);
}

// Whether an extension matched is what its last condition said: a condition that fails with
// break="never" at the end makes the whole not matching.
hunt::verdict hunt::try_conditions(const std::vector<condition>& conditions) {
    auto outcome = verdict::no_match;
    for (const auto& each : conditions) {
        captures caught;
        bool has_captures = false;
        const bool held = holds(each, caught, has_captures);
        outcome = held ? verdict::match : verdict::no_match;
        if (held) {
            if (!collect(each.actions, has_captures ? &caught : nullptr)) return verdict::over;
        } else if (!each.anti_actions.empty()) {
            if (!collect(each.anti_actions, nullptr)) return verdict::over;
            outcome = verdict::match;  // an anti-action makes the extension match
        }
        if (held && !each.nested.empty()) {
            auto inner = try_conditions(each.nested);
            if (inner == verdict::over) return inner;
            if (inner == verdict::no_match && each.require_nested) {
                if (each.breaks != break_mode::never) return verdict::no_match;
                outcome = verdict::no_match;
            }
        }
        if (each.breaks == break_mode::always ||
            each.breaks == (held ? break_mode::on_true : break_mode::on_false))
            break;
    }
    return outcome;
}

bool hunt::holds(const condition& each, captures& caught, bool& has_captures) {
    if (each.never) return false;
    if (each.set != set_kind::none) return set_holds(each, caught, has_captures);
    if (!each.own.has_field) return true;
    has_captures = each.own.captures;
    if (!passes(each.own, has_captures ? &caught : nullptr)) return false;
    if (has_captures && plan_.keeps_matches) keep_matches("DP_MATCH", caught);
    return true;
}

bool hunt::set_holds(const condition& each, captures& caught, bool& has_captures) {
    std::size_t passed = 0;
    std::size_t number = 0;
    for (const auto& one : each.tests) {
        ++number;
        captures own;
        if (passes(one, one.captures ? &own : nullptr)) {
            ++passed;
            if (one.captures) {
                if (plan_.keeps_matches) keep_matches(cat("DP_REGEX_MATCH_", number), own);
                caught = std::move(own);
                has_captures = true;
            }
            if (each.set == set_kind::any) return true;
        } else if (each.set == set_kind::all) {
            return false;
        }
    }
    if (each.set == set_kind::exactly_one) return passed == 1;
    return each.set == set_kind::all && passed > 0;
}

bool hunt::passes(const test& each, captures* caught) {
    if (!each.has_field) return true;
    const pattern* compiled = each.compiled ? &*each.compiled : nullptr;
    if (each.expression_expands) {
        auto text = subject_.expand(each.expression);
        compiled = cache_.find(text);
    }
    if (!compiled) return false;
    if (!each.field_expands) return compiled->match(subject_.field(each.field), caught);
    auto value = subject_.expand(each.field);
    return compiled->match(value, caught);
}

bool hunt::collect(const std::vector<action>& actions, const captures* caught) {
    for (const auto& each : actions) {
        auto data = each.references && caught ? substitute(each.data, *caught) : each.data;
        for (unsigned round = 0; round < each.loop; ++round) {
            if (each.run_inline) {
                if (!subject_.run_inline(each.application, data)) return false;
            } else if (found_.actions.size() < most_actions) {
                found_.actions.push_back({each.application, data});
            }
        }
    }
    return true;
}

// As FreeSWITCH's array text, the whole match first.
void hunt::keep_matches(std::string_view name, const captures& caught) {
    if (caught.size() == 1) {
        subject_.set_variable(name, caught[0]);
        return;
    }
    std::string all = "ARRAY::";
    for (std::size_t i = 0; i < caught.size(); ++i) all += cat(i == 0 ? "" : "|:", caught[i]);
    subject_.set_variable(name, std::move(all));
}

}  // namespace strowger::dialplan_xml
