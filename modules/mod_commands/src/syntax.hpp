// What a command's arguments look like: the grammar of command::syntax, which command.hpp writes
// down. It checks a line's words, says what may come next, and gives the usage lines. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::commands {

class syntax {
public:
    // Nothing when the text does not follow the grammar; `problem` says why.
    static std::optional<syntax> parse(std::string_view text, std::string& problem);

    // Empty when a command of that name may have these words, else what is wrong and what was
    // expected: "uuid_kill: <uuid> is missing. Expected: uuid_kill <uuid> [<cause>]".
    std::string check(std::string_view name, const std::vector<std::string>& words) const;

    // The literal words and flags that may follow these; none when these are wrong already.
    std::vector<std::string> next(const std::vector<std::string>& words) const;

    // A line for each form: "uuid_kill <uuid> [<cause>]".
    std::string usage(std::string_view name) const;

    // One place of a form: a word that may stand there, or a parting of ways. The places make a
    // machine: a line's words walk through it, on all ways at once.
    struct place {
        enum class kind { word, ways, end };
        kind what = kind::end;
        std::vector<std::size_t> to;        // after the word; or the ways, the first one first
        std::vector<std::string> literals;  // of a|b
        std::string value;                  // the name in <>, empty without one
        bool number = false;                // <seconds 0..60>: its value has these bounds
        std::optional<std::int64_t> least, most;
        std::uint64_t flag = 0;  // its bit, when the word is a flag: each may come once
        std::size_t form = 0;    // which form it belongs to
    };

private:
    // Where a walk is: its place, and the flags that it met.
    struct step {
        std::size_t at;
        std::uint64_t flags;
        bool operator==(const step&) const = default;
    };
    using steps = std::vector<step>;

    void reach(step from, steps& all) const;
    steps begin() const;
    // Where that word leads to; empty: nowhere, and then `why` says what is wrong with it.
    steps follow(const steps& here, const std::string& word, std::string* why) const;
    std::string refusal(const steps& here, const std::string& word) const;
    bool is_spent(const step& which) const;
    std::string expected(std::string_view name, const steps& here) const;

    std::vector<place> places_;
    std::vector<std::size_t> starts_;  // of each form
    std::vector<std::string> forms_;   // as they were written
};

}  // namespace strowger::commands
