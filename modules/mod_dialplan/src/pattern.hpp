// A regular expression as dialplans write it: PCRE2, or "/re/flags", or Asterisk's "_9XXX".
#pragma once

#include "literal_prefix.hpp"

#include <strowger/error.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::dialplan_xml {

// What the parentheses caught; [0] is the whole match.
using captures = std::vector<std::string>;

// Compiled; movable. Control loop only: a pattern keeps the room for its matches.
class pattern {
public:
    // `often`: compile to machine code where the system allows it. The error's text says what is
    // wrong and at which character.
    static result<pattern> compile(std::string_view text, bool often);

    // Is it in `subject`? A match that takes too many steps counts as none. `caught` may be
    // nullptr.
    bool match(std::string_view subject, captures* caught) const;

    // Runs without PCRE2, by comparing text alone?
    bool is_literal() const noexcept { return start_.whole; }
    const std::string& literal() const noexcept { return start_.text; }

    pattern(pattern&&) noexcept;
    pattern& operator=(pattern&&) noexcept;
    ~pattern();

private:
    struct compiled;  // PCRE2's objects
    pattern();
    literal_start start_;
    std::unique_ptr<compiled> code_;
};

// Gives machine-code memory that no pattern uses any more back to the system.
void release_pattern_memory() noexcept;

}  // namespace strowger::dialplan_xml
