// The bytes of a file that claims to be a module, read before anything of it is mapped.
#include "../target.hpp"

#include "loader/stamp.hpp"

#include <strowger/abi.hpp>

#include <span>

namespace strowger {

STROWGER_FUZZ_TARGET(stamp) {
    auto read = read_stamp(std::as_bytes(std::span(bytes)), "mod_x.so");
    if (!read) {
        STROWGER_PROMISE(read.error().text.starts_with("mod_x.so "));
        return;
    }
    STROWGER_PROMISE(!read->name.empty() && read->name.size() < 64 && read->tag.size() < 192);
    for (const auto& each : read->needs)
        STROWGER_PROMISE(!each.empty() && each.find(' ') == each.npos);
    auto fits = compare_tags(read->name, read->tag, STROWGER_ABI_TAG);
    STROWGER_PROMISE(fits.has_value() == (read->tag == STROWGER_ABI_TAG));
}

}  // namespace strowger
