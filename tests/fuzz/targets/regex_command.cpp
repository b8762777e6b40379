// The regex command.
#include "../target.hpp"

#include "regex.hpp"

#include <string>

namespace strowger::commands {

STROWGER_FUZZ_TARGET(regex_command) {
    if (bytes.size() > 4096)
        return;  // time is bounded by steps, each of which may look at all of it
    auto reply = run_regex(bytes);
    if (!reply.ok) {
        STROWGER_PROMISE(reply.text.starts_with("-ERR "));
        return;
    }
    // Nine captures of at most the whole text, for each character of the form.
    STROWGER_PROMISE(reply.text.size() <= bytes.size() * bytes.size() + 8);
    STROWGER_PROMISE(run_regex(bytes).text == reply.text);
}

}  // namespace strowger::commands
