// Is a value what its declaration says?
#pragma once

#include <strowger/config.hpp>

#include <optional>
#include <string>

namespace strowger {

// Is `name` the name of something secret, whose value no message may show?
bool is_secret_name(std::string_view name) noexcept;

// What was expected, when `value` does not fit; nothing when it fits. A choice is rewritten to the
// spelling of its declaration.
std::optional<std::string> misfit(const param_spec& spec, std::string& value);

// The number a fitting value means. "auto" and nonsense are 0.
std::int64_t number_of(std::string_view value) noexcept;

}  // namespace strowger
