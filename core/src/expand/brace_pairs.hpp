// Which brace closes which, found in one pass so that no text costs more than its length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace strowger {

// Every "{" and "}" counts, as FreeSWITCH counts them, so that a{1,3} in a pattern stays whole.
class brace_pairs {
public:
    explicit brace_pairs(std::string_view text);
    // The place of the brace that closes the one at `open`, or npos.
    std::size_t closing(std::size_t open) const noexcept {
        return close_[open] == none ? std::string_view::npos : close_[open];
    }

private:
    static constexpr std::uint32_t none = UINT32_MAX;
    std::vector<std::uint32_t> close_;
};

}  // namespace strowger
