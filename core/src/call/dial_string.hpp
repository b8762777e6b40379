// FreeSWITCH's dial strings, parsed. Pure; any thread.
//
//     string := ("{" vars "}")* branch ("|" branch)*      "|": one after the other
//     branch := leg ("," leg)*                             ",": at the same time
//     leg    := ("[" vars "]")* endpoint "/" address
//     vars   := name=value ("," name=value)* | "^^" c name=value (c name=value)*
//
// A backslash takes a separator's meaning away; a value may stand in 'single quotes'. ${} is
// expanded before. "<…>" and ":_:" (several originates at once) are refused.
#pragma once

#include <strowger/error.hpp>
#include <strowger/variables.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

struct dial_leg {
    variables vars;       // of []
    std::string kind;     // "sofia", "user", "error", …: the endpoint's name
    std::string address;  // what follows the first "/"
};

struct dial_string {
    variables vars;  // of {}
    std::vector<std::vector<dial_leg>> alternatives;
};

// An error says at which character (counted from 1) and what was expected there.
result<dial_string> parse_dial_string(std::string_view text);

}  // namespace strowger
