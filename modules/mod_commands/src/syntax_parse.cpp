// From a syntax text to its places. Each part of the text is built from its end backwards, since a
// place names those that follow it.
#include "syntax.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <stdexcept>

namespace strowger::commands {

namespace {

using place = syntax::place;

// A part of a form, as it was written. A word, the rest of the line, or an optional part.
struct item {
    enum class kind { word, rest, optional };
    kind what = kind::word;
    place word;                                   // of a word and a rest
    bool may_be_empty = false;                    // of a bare …
    std::vector<std::vector<item>> choices = {};  // of an optional part
};
using sequence = std::vector<item>;

[[noreturn]] void wrong(std::string why) { throw std::invalid_argument(why); }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Takes `what` from the front of `text`, if it stands there.
bool take(std::string_view& text, std::string_view what) {
    if (!text.starts_with(what)) return false;
    text.remove_prefix(what.size());
    return true;
}

bool drop_end(std::string_view& text, std::string_view what) {
    if (!text.ends_with(what)) return false;
    text.remove_suffix(what.size());
    return true;
}

// "seconds 0..60": a number with bounds, either of which may be missing.
void read_bounds(std::string_view name, place& into) {
    auto blank = name.rfind(' ');
    auto bounds = blank == name.npos ? name : name.substr(blank + 1);
    auto dots = bounds.find("..");
    if (dots == bounds.npos) return;
    auto read = [](std::string_view digits, std::optional<std::int64_t>& bound) {
        std::int64_t value = 0;
        if (digits.empty()) return true;
        if (!parse_number(digits, value)) return false;
        bound = value;
        return true;
    };
    into.number =
        read(bounds.substr(0, dots), into.least) && read(bounds.substr(dots + 2), into.most);
}

class reader {
public:
    explicit reader(std::string_view text) : left_(text) {}

    // Everything up to a ']' or the end of the form; a lone '|' parts choices.
    std::vector<sequence> choices() {
        std::vector<sequence> out(1);
        for (;;) {
            left_ = left_.substr(std::min(left_.find_first_not_of(" \t"), left_.size()));
            if (left_.empty() || left_.front() == ']') return out;
            if (take(left_, "| ")) {
                out.emplace_back();
            } else {
                out.back().push_back(next());
                if (!left_.empty() && left_.front() != ']' && !is_blank(left_.front()))
                    wrong(cat("a blank is missing before '", left_, '\''));
            }
        }
    }
    std::string_view left() const { return left_; }

private:
    item next() {
        item out;
        if (take(left_, "[")) {
            out.what = item::kind::optional;
            out.choices = choices();
            if (!take(left_, "]")) wrong("a ']' is missing");
            return out;
        }
        if (take(left_, "…") || take(left_, "...")) {
            out.what = item::kind::rest;
            out.may_be_empty = true;
            out.word.value = "…";
            return out;
        }
        do choice(out);
        while (take(left_, "|"));
        return out;
    }

    void choice(item& out) {
        if (!take(left_, "<")) {
            auto literal = left_.substr(0, left_.find_first_of(" \t|[]<>"));
            if (literal.empty()) wrong(cat("a word is missing before '", left_, '\''));
            out.word.literals.emplace_back(literal);
            left_.remove_prefix(literal.size());
            return;
        }
        auto end = left_.find('>');
        if (end == left_.npos) wrong("a '>' is missing");
        auto name = left_.substr(0, end);
        left_.remove_prefix(end + 1);
        if (!out.word.value.empty()) wrong("a word has two <names>");
        out.word.value = name;
        if (drop_end(name, "…") || drop_end(name, "..."))
            out.what = item::kind::rest;
        else
            read_bounds(name, out.word);
        if (trim(name).empty()) wrong("<> has no name in it");
    }

    std::string_view left_;
};

// [-f], [-a|-b] and [-w <seconds>]: they stand beside each other in any order.
bool is_flag(const item& what) {
    if (what.what != item::kind::optional || what.choices.size() != 1) return false;
    const auto& parts = what.choices[0];
    auto dashed = [](const std::string& word) { return word.starts_with('-'); };
    auto is_value = [](const item& each) { return each.what == item::kind::word; };
    return !parts.empty() && is_value(parts[0]) && parts[0].word.value.empty() &&
           std::ranges::all_of(parts[0].word.literals, dashed) && parts.size() <= 2 &&
           is_value(parts.back());
}

class builder {
public:
    builder(std::vector<place>& places, std::size_t form) : places_(places), form_(form) {}

    std::size_t build(const sequence& parts) {
        end_ = add({});
        return before(parts, end_);
    }

private:
    std::size_t add(place what) {
        what.form = form_;
        places_.push_back(std::move(what));
        return places_.size() - 1;
    }
    std::size_t ways(std::vector<std::size_t> to) {
        place parting;
        parting.what = place::kind::ways;
        parting.to = std::move(to);
        return add(std::move(parting));
    }
    std::size_t word(place what, std::size_t then) {
        what.what = place::kind::word;
        what.to = {then};
        return add(std::move(what));
    }

    // Where these parts begin, when `then` is what follows them.
    std::size_t before(const sequence& parts, std::size_t then) {
        for (auto at = parts.size(); at > 0;) {
            --at;
            if (!is_flag(parts[at])) {
                then = before(parts[at], then);
                continue;
            }
            auto first = at;
            while (first > 0 && is_flag(parts[first - 1])) --first;
            then = flags({parts.begin() + static_cast<std::ptrdiff_t>(first),
                          parts.begin() + static_cast<std::ptrdiff_t>(at) + 1},
                         then);
            at = first;
        }
        return then;
    }

    std::size_t before(const item& part, std::size_t then) {
        if (part.what == item::kind::word) return word(part.word, then);
        if (part.what == item::kind::rest) {
            if (then != end_) wrong(cat("something follows <", part.word.value, '>'));
            auto more = ways({});
            auto first = word(part.word, more);
            places_[more].to = {first, then};
            return part.may_be_empty ? more : first;
        }
        std::vector<std::size_t> to;
        for (const auto& each : part.choices) to.push_back(before(each, then));
        to.push_back(then);
        return ways(std::move(to));
    }

    // After each flag any other may come.
    std::size_t flags(const sequence& all, std::size_t then) {
        auto here = ways({});
        std::vector<std::size_t> to;
        for (const auto& each : all) {
            const auto& parts = each.choices[0];
            if (bit_ == 0) wrong("there are more than 64 flags");
            place flag = parts[0].word;
            flag.flag = bit_;
            bit_ <<= 1;
            auto value = parts.size() == 2 ? word(parts[1].word, here) : here;
            to.push_back(word(std::move(flag), value));
        }
        to.push_back(then);
        places_[here].to = std::move(to);
        return here;
    }

    std::vector<place>& places_;
    std::size_t form_;
    std::size_t end_ = 0;
    std::uint64_t bit_ = 1;
};

}  // namespace

std::optional<syntax> syntax::parse(std::string_view text, std::string& problem) {
    syntax out;
    try {
        for (bool more = true; more;) {
            auto bar = text.find(" || ");
            more = bar != text.npos;
            auto form = trim(text.substr(0, bar));
            if (more) text.remove_prefix(bar + 4);
            reader words(form);
            auto parts = words.choices();
            if (!words.left().empty()) wrong("a ']' has no '['");
            if (parts.size() != 1) wrong("whole forms are parted by ' || '");
            builder made(out.places_, out.forms_.size());
            out.starts_.push_back(made.build(parts[0]));
            out.forms_.emplace_back(form);
        }
    } catch (const std::invalid_argument& why) {
        problem = why.what();
        return std::nullopt;
    }
    return out;
}

}  // namespace strowger::commands
