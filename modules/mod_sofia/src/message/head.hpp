// A look at a message's header section before sofia-sip's parser sees it. The parser recurses once
// for each element of a comma list and walks lists from their start for each header: what is too
// long for that never reaches it.
#pragma once

#include <cstddef>
#include <string_view>

namespace strowger::sofia {

// Longest message that is parsed at all; transports have lower limits of their own.
inline constexpr std::size_t max_parsed_bytes = std::size_t{1} << 20;
// Header lines, list elements and parameters together. An INVITE of a busy phone has about 60.
inline constexpr std::size_t max_header_parts = 1024;

struct head_scan {
    const char* problem = nullptr;  // why it must not be parsed, or nullptr
    bool terminated = false;        // the empty line after the headers is there
    std::size_t body = 0;           // offset of the body
};
head_scan scan_head(std::string_view bytes) noexcept;

}  // namespace strowger::sofia
