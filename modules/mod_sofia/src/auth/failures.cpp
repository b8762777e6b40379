#include "auth/failures.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

std::string failure_table::key(std::string_view source, std::string_view user) {
    return cat(source, ' ', user);
}

bool failure_table::counts(const entry& one, steady_time now) noexcept {
    return now - one.times.back() < window;
}

bool failure_table::full(const entry& one) const noexcept {
    return one.times.size() >= most_failures_ && one.times.back() - one.times.front() < window;
}

void failure_table::drop(entries::iterator which) {
    by_key_.erase(key(which->source, which->user));
    entries_.erase(which);
}

bool failure_table::add(std::string_view source, std::string_view user, steady_time now) {
    while (!entries_.empty() && !counts(entries_.front(), now)) drop(entries_.begin());
    std::erase_if(late_, [&](const auto& one) { return one.second <= now; });
    auto name = key(source, user);
    auto known = by_key_.find(name);
    if (known == by_key_.end()) {
        if (entries_.size() >= most_entries_) drop(entries_.begin());
        entries_.push_back({std::string(source), std::string(user), {}});
        known = by_key_.emplace(std::move(name), std::prev(entries_.end())).first;
    }
    auto& one = *known->second;
    // The lock lasts a minute from the failure that made it, whatever else is tried meanwhile.
    if (!one.times.empty() && full(one)) return true;
    if (one.times.size() >= most_failures_) one.times.erase(one.times.begin());
    one.times.push_back(now);
    entries_.splice(entries_.end(), entries_, known->second);
    if (!full(one)) return false;
    if (late_.size() < most_entries_ || late_.contains(std::string(source)))
        late_[std::string(source)] = now + window;
    return true;
}

bool failure_table::locked(std::string_view source, std::string_view user, steady_time now) const {
    if (entries_.empty()) return false;
    auto known = by_key_.find(key(source, user));
    return known != by_key_.end() && counts(*known->second, now) && full(*known->second);
}

bool failure_table::penalised(std::string_view source, steady_time now) const {
    if (late_.empty()) return false;
    auto known = late_.find(std::string(source));
    return known != late_.end() && now < known->second;
}

void failure_table::succeeded(std::string_view source, std::string_view user) {
    if (entries_.empty()) return;
    if (auto known = by_key_.find(key(source, user)); known != by_key_.end()) drop(known->second);
}

}  // namespace strowger::sofia
