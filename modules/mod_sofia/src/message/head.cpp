#include "message/head.hpp"

namespace strowger::sofia {

head_scan scan_head(std::string_view bytes) noexcept {
    head_scan found;
    if (bytes.size() > max_parsed_bytes) {
        found.problem = "it is longer than 1 MiB";
        return found;
    }
    bool started = false, line_empty = true;
    std::size_t parts = 0;
    std::size_t at = 0;
    for (; at < bytes.size(); ++at) {
        char c = bytes[at];
        switch (c) {
            case '\r':
            case '\n':
                // The parser takes CRLF, CR and LF alone as line ends, so this does too.
                if (c == '\r' && at + 1 < bytes.size() && bytes[at + 1] == '\n') ++at;
                if (line_empty && started) {
                    found.terminated = true;
                    found.body = at + 1;
                    return found;
                }
                line_empty = true;
                ++parts;
                break;
            case '\0':
                found.problem = "it has a NUL among its headers";
                return found;
            case ',':
            case ';':
                ++parts;
                [[fallthrough]];
            default:
                started = true;
                line_empty = false;
        }
        if (parts > max_header_parts) {
            found.problem = "it has more than 1024 headers, list elements and parameters";
            return found;
        }
    }
    found.body = bytes.size();
    if (!started) found.problem = "it is empty";
    return found;
}

}  // namespace strowger::sofia
