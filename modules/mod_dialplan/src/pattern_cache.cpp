#include "hunt.hpp"

#include <algorithm>

namespace strowger::dialplan_xml {

namespace {
constexpr std::size_t most_kept = 32;
}  // namespace

const pattern* pattern_cache::find(std::string_view text) {
    auto known = std::find_if(kept_.begin(), kept_.end(),
                              [&](const auto& entry) { return entry.first == text; });
    if (known != kept_.end()) {
        kept_.splice(kept_.begin(), kept_, known);
        return &kept_.front().second;
    }
    auto made = pattern::compile(text, false);
    if (!made) return nullptr;
    if (kept_.size() >= most_kept) kept_.pop_back();
    kept_.emplace_front(std::string(text), std::move(*made));
    return &kept_.front().second;
}

}  // namespace strowger::dialplan_xml
