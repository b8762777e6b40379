// A command: what an operator types, and what ${command(args)} runs.
#pragma once

#include <strowger/task.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

class channel;

// What a command may do. Only reading ones run inside ${}.
enum class capability { read, change, spawn };

std::string_view to_string(capability what) noexcept;

struct command_request {
    std::string args;       // all after the name, trimmed
    channel* on = nullptr;  // the channel in whose text ${command(args)} stood, if any
};

struct command_reply {
    bool ok = true;
    std::string text;  // several lines allowed; a failure starts with "-ERR "
};

inline command_reply command_error(std::string why) {
    return command_reply{false, "-ERR " + std::move(why)};
}

struct command {
    std::string name;
    capability what = capability::read;
    std::string syntax = {};  // "<uuid> [<cause>]": its grammar is below
    std::string help = {};    // one sentence
    // Exactly one of the two is set. `answer` must not wait; commands that read use it.
    std::function<command_reply(const command_request&)> answer = {};
    std::function<task<command_reply>(command_request)> run = {};
    // Whole words that may come next after `args` (how the next one begins is the caller's to
    // compare).
    std::function<std::vector<std::string>(std::string_view args)> complete = {};
};

}  // namespace strowger

// The grammar of `syntax`. The words of a line are checked against it before the command runs
// (quotes '…' and brackets {…}, […], (…) keep blanks within a word), its literal words and options
// are completed, and it is printed as help. A command whose text does not follow it runs unchecked.
//
//   (nothing)            no words at all
//   <name>               one word; its name may have blanks: <cid name>
//   <name 0..60>         a whole number within these bounds; either may be missing
//   a|b|<name>           one of these; a literal word wins over a <name>
//   [ … ]                may be missing; choices of several words are parted by ` | `:
//                        [as json | as delimited <text>]
//   [-f] [-w <name>]     options: those side by side come in any order, each at most once
//   <name...> or …       the rest of the line, one word at least; a bare … may be nothing
//   form || form         several forms, parted by ` || `
