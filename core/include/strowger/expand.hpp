// ${name}, ${name:offset:length}, ${command(args)}: expansion, once. Values are data: what a
// variable or command gives is never expanded again. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace strowger {

// Where values come from.
class expansion_source {
public:
    virtual std::optional<std::string> variable(std::string_view name) const = 0;
    // Runs a reading command; an unknown or forbidden one gives an empty text (and says so once).
    virtual std::string command(std::string_view name, std::string args) const = 0;

protected:
    ~expansion_source() = default;
};

// An unclosed "${" stays as it is. `\$` gives a plain dollar sign. Nesting is limited to 100.
std::string expand(std::string_view text, const expansion_source& from);

}  // namespace strowger
