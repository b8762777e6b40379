#include <strowger/variables.hpp>

#include "expand/interned.hpp"

#include <strowger/text.hpp>

namespace strowger {

namespace {

// A channel has some dozens of variables: a scan that compares pointers and sizes first is cheaper
// than any table, and costs no memory.
template <class Entries>
auto position(Entries& entries, std::string_view name) noexcept {
    auto at = entries.begin();
    for (; at != entries.end(); ++at) {
        if (at->first.size() != name.size()) continue;
        if (at->first.data() == name.data() || iequals(at->first, name)) break;
    }
    return at;
}

}  // namespace

const std::string* variables::find(std::string_view name) const noexcept {
    auto at = position(entries_, name);
    return at == entries_.end() ? nullptr : &at->second;
}

std::string_view variables::get(std::string_view name) const noexcept {
    const auto* value = find(name);
    return value ? std::string_view(*value) : std::string_view();
}

void variables::set(std::string_view name, std::string value) {
    if (auto at = position(entries_, name); at != entries_.end()) {
        at->second = std::move(value);
        return;
    }
    auto kept = intern(name);
    if (kept.data() != nullptr) entries_.emplace_back(kept, std::move(value));
}

bool variables::erase(std::string_view name) noexcept {
    auto at = position(entries_, name);
    if (at == entries_.end()) return false;
    entries_.erase(at);
    return true;
}

void variables::merge(const variables& other) {
    if (&other == this) return;
    if (entries_.empty()) {
        entries_ = other.entries_;
        return;
    }
    // Interned on both sides, so the same name is the same pointer.
    const auto own = entries_.size();
    for (const auto& [name, value] : other.entries_) {
        std::size_t at = 0;
        while (at < own && entries_[at].first.data() != name.data()) ++at;
        if (at < own)
            entries_[at].second = value;
        else
            entries_.emplace_back(name, value);
    }
}

}  // namespace strowger
