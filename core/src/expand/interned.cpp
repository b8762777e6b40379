#include "expand/interned.hpp"

#include <strowger/text.hpp>

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_set>

namespace strowger {

namespace {

constexpr std::size_t most_names = 65'536;
constexpr std::size_t longest_name = 256;

struct case_blind_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept {
        std::uint64_t sum = 14695981039346656037U;  // FNV-1a
        for (char c : name) {
            sum ^= static_cast<unsigned char>(ascii_lower(c));
            sum *= 1099511628211U;
        }
        return static_cast<std::size_t>(sum);
    }
};

struct case_blind_equal {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept { return iequals(a, b); }
};

struct table {
    std::mutex lock;
    std::unordered_set<std::string, case_blind_hash, case_blind_equal> names;
};

// Never destroyed: names are referred to until the very end of the process.
table& names() {
    static table* const only = new table;
    return *only;
}

}  // namespace

std::string_view intern(std::string_view name) {
    if (name.size() > longest_name) return {};
    auto& all = names();
    std::scoped_lock guard(all.lock);
    if (auto known = all.names.find(name); known != all.names.end()) return *known;
    if (all.names.size() >= most_names) return {};
    return *all.names.emplace(name).first;
}

}  // namespace strowger
