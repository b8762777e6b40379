#include "syntax.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::commands {

namespace {

using place = syntax::place;

bool has_literal(const place& here, std::string_view word) {
    return std::ranges::any_of(here.literals,
                               [word](const auto& each) { return iequals(each, word); });
}

bool looks_like_flag(std::string_view word) {
    return word.size() > 1 && word[0] == '-' && ascii_lower(word[1]) >= 'a' &&
           ascii_lower(word[1]) <= 'z';
}

bool fits_value(const place& here, std::string_view word) {
    if (here.value.empty()) return false;
    if (!here.number) return true;
    std::int64_t number = 0;
    return parse_number(word, number) && (!here.least || number >= *here.least) &&
           (!here.most || number <= *here.most);
}

// "a number from 0 to 60"
std::string number_words(const place& here) {
    if (here.least && here.most) return cat("number from ", *here.least, " to ", *here.most);
    if (here.least) return cat("number of ", *here.least, " or more");
    if (here.most) return cat("number of ", *here.most, " or less");
    return "number";
}

// "a, b or c"
std::string either(const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i)
        out += cat(i == 0 ? "" : i + 1 == names.size() ? " or " : ", ", names[i]);
    return out;
}

void add_once(std::vector<std::string>& to, std::string what) {
    if (std::ranges::find(to, what) == to.end()) to.push_back(std::move(what));
}

// What may stand there: its literal words, then its <name>.
void add_names(std::vector<std::string>& to, const place& here) {
    for (const auto& each : here.literals) add_once(to, each);
    if (here.value == "…")
        add_once(to, here.value);
    else if (!here.value.empty())
        add_once(to, cat('<', here.value, '>'));
}

}  // namespace

// A flag that came already may not come again.
bool syntax::is_spent(const step& which) const {
    return (places_[which.at].flag & which.flags) != 0;
}

void syntax::reach(step from, steps& all) const {
    if (std::ranges::find(all, from) != all.end()) return;
    all.push_back(from);
    if (places_[from.at].what != place::kind::ways) return;
    for (auto to : places_[from.at].to) reach({to, from.flags}, all);
}

syntax::steps syntax::begin() const {
    steps out;
    for (auto start : starts_) reach({start, 0}, out);
    return out;
}

syntax::steps syntax::follow(const steps& here, const std::string& word, std::string* why) const {
    steps by_literal, by_value;
    bool flags_here = false;
    for (const auto& each : here) {
        const auto& at = places_[each.at];
        if (at.what != place::kind::word) continue;
        if (at.flag != 0) flags_here = true;
        if (is_spent(each)) continue;
        // A literal wins over a <value>: what is called like a flag or a choice is meant as one.
        if (has_literal(at, word))
            reach({at.to[0], each.flags | at.flag}, by_literal);
        else if (fits_value(at, word))
            reach({at.to[0], each.flags}, by_value);
    }
    if (!by_literal.empty()) return by_literal;
    if (!(flags_here && looks_like_flag(word)) && !by_value.empty()) return by_value;
    if (why) *why = refusal(here, word);
    return {};
}

std::string syntax::refusal(const steps& here, const std::string& word) const {
    std::vector<std::string> flags, names, literals;
    const place* number = nullptr;
    bool spent = false;
    for (const auto& each : here) {
        const auto& at = places_[each.at];
        if (at.what != place::kind::word) continue;
        if (is_spent(each)) {
            spent = spent || has_literal(at, word);
        } else if (at.flag != 0) {
            const auto& after = places_[at.to[0]];
            for (const auto& flag : at.literals)
                add_once(flags, after.what == place::kind::word ? cat(flag, " <", after.value, '>')
                                                                : flag);
        } else {
            add_names(names, at);
            for (const auto& literal : at.literals) literals.push_back(literal);
            if (at.number) number = &at;
        }
    }
    if (spent) return cat("'", word, "' is there twice");
    if (!flags.empty() && looks_like_flag(word))
        return cat("'", word, "' is no option of it; expected ", either(flags));
    if (names.empty()) return cat("'", word, "' is one word too many");
    if (names.size() == 1 && number)
        return cat(names[0], ": '", word, "' is no ", number_words(*number));
    auto near = nearest(word, literals);
    if (names.size() == 1) return cat("'", word, "' stands where ", names[0], " is expected");
    return cat("'", word, "' is none of ", either(names),
               near.empty() ? "" : cat("; did you mean '", near, "'?"));
}

std::string syntax::expected(std::string_view name, const steps& here) const {
    std::vector<std::string> lines;
    for (const auto& each : here) {
        const auto& form = forms_[places_[each.at].form];
        add_once(lines, form.empty() ? std::string(name) : cat(name, ' ', form));
    }
    if (lines.size() == 1) return cat(" Expected: ", lines[0]);
    std::string out = " Expected:";
    for (const auto& each : lines) out += cat("\n  ", each);
    return out;
}

std::string syntax::check(std::string_view name, const std::vector<std::string>& words) const {
    auto here = begin();
    auto refuse = [&](std::string_view why) {
        return cat(name, ": ", why, why.ends_with('?') ? "" : ".", expected(name, here));
    };
    for (const auto& word : words) {
        std::string why;
        auto next = follow(here, word, &why);
        if (next.empty()) return refuse(why);
        here = std::move(next);
    }
    std::vector<std::string> missing;
    for (const auto& each : here) {
        const auto& at = places_[each.at];
        if (at.what == place::kind::end) return {};
        if (at.what == place::kind::word && at.flag == 0) add_names(missing, at);
    }
    return refuse(cat(either(missing), " is missing"));
}

std::vector<std::string> syntax::next(const std::vector<std::string>& words) const {
    auto here = begin();
    for (const auto& word : words) here = follow(here, word, nullptr);
    std::vector<std::string> out;
    for (const auto& each : here)
        if (!is_spent(each))
            for (const auto& literal : places_[each.at].literals) add_once(out, literal);
    return out;
}

std::string syntax::usage(std::string_view name) const {
    std::string out;
    for (const auto& form : forms_)
        out += cat(out.empty() ? "" : "\n", name, form.empty() ? "" : " ", form);
    return out;
}

}  // namespace strowger::commands
