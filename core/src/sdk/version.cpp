#include <strowger/version.hpp>

namespace strowger {

std::string_view version() noexcept { return STROWGER_VERSION; }

}  // namespace strowger
