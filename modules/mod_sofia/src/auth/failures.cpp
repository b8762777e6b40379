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
    if (auto names = names_.find(which->source); names != names_.end() && --names->second == 0)
        names_.erase(names);
    entries_.erase(which);
}

std::size_t failure_table::names_of(std::string_view source) const {
    auto found = names_.find(std::string(source));
    return found == names_.end() ? 0 : found->second;
}

void failure_table::make_late(std::string_view source, steady_time now) {
    if (late_.size() < most_entries_ || late_.contains(std::string(source)))
        late_[std::string(source)] = now + window;
}

bool failure_table::add(std::string_view source, std::string_view user, steady_time now) {
    while (!entries_.empty() && !counts(entries_.front(), now)) drop(entries_.begin());
    std::erase_if(late_, [&](const auto& one) { return one.second <= now; });
    auto name = key(source, user);
    auto known = by_key_.find(name);
    if (known == by_key_.end()) {
        auto names = names_of(source);
        if (names >= many_names) make_late(source, now);
        if (names >= most_names) return true;
        if (entries_.size() >= most_entries_) drop(entries_.begin());
        ++names_[std::string(source)];
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
    make_late(source, now);
    return true;
}

bool failure_table::locked(std::string_view source, std::string_view user, steady_time now) const {
    if (entries_.empty()) return false;
    auto known = by_key_.find(key(source, user));
    if (known != by_key_.end()) return counts(*known->second, now) && full(*known->second);
    if (names_of(source) < most_names) return false;
    // Those that count no more go only when another one fails: so they are looked at here.
    std::size_t alive = 0;
    for (const auto& each : entries_) alive += each.source == source && counts(each, now) ? 1 : 0;
    return alive >= most_names;
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
