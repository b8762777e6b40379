// Which Strowger this is.
#pragma once

#include <string_view>

namespace strowger {

std::string_view version() noexcept;  // "0.1.0"

}  // namespace strowger
