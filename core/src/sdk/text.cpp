#include <strowger/command.hpp>
#include <strowger/log.hpp>
#include <strowger/registry.hpp>
#include <strowger/text.hpp>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace strowger {

bool is_true(std::string_view word) noexcept {
    for (std::string_view yes : {"yes", "on", "true", "t", "enabled", "active", "allow"})
        if (iequals(word, yes)) return true;
    long long number = 0;
    return parse_number(word, number) && number != 0;
}

bool is_false(std::string_view word) noexcept {
    for (std::string_view no : {"no", "off", "false", "f", "disabled", "inactive", "disallow", "0"})
        if (iequals(word, no)) return true;
    return false;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            bool same = ascii_lower(a[i - 1]) == ascii_lower(b[j - 1]);
            auto cost = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (same ? 0 : 1)});
            diagonal = std::exchange(row[j], cost);
        }
    }
    return row[b.size()];
}

std::string_view to_string(log_level level) noexcept {
    switch (level) {
        case log_level::alert:
            return "alert";
        case log_level::critical:
            return "critical";
        case log_level::error:
            return "error";
        case log_level::warning:
            return "warning";
        case log_level::notice:
            return "notice";
        case log_level::info:
            return "info";
        case log_level::debug:
            return "debug";
    }
    return "?";
}

std::string_view to_string(capability what) noexcept {
    switch (what) {
        case capability::read:
            return "read";
        case capability::change:
            return "change";
        case capability::spawn:
            return "spawn";
    }
    return "?";
}

std::vector<std::string> registry::names(std::string_view kind) const {
    std::vector<std::string> found;
    for (auto& entry : names())
        if (entry.kind == kind) found.push_back(std::move(entry.name));
    return found;
}

}  // namespace strowger
