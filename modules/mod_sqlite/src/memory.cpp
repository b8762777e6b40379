#include "memory.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::sqlite {
namespace {

// No registration lasts longer; what a damaged row or a stepped clock says beyond it is cut.
constexpr auto longest_life = std::chrono::hours(24 * 365);

}  // namespace

void memory::apply(binding_change change, moment now) {
    for (const auto& contact : change.remove) remove(change.user, change.domain, contact);
    for (auto& one : change.put) {
        one.user = change.user;
        one.domain = change.domain;
        put(std::move(one), now);
    }
}

void memory::put(binding what, moment now) {
    auto life = std::clamp<wall_time::duration>(what.expires - now.wall,
                                                wall_time::duration::zero(), longest_life);
    auto when = now.steady + std::chrono::duration_cast<steady_time::duration>(life);
    auto& known = by_address_[cat(what.user, '@', what.domain)];
    auto same = std::find_if(known.begin(), known.end(),
                             [&](const auto& one) { return one->what.contact == what.contact; });
    if (same == known.end()) {
        known.push_back(std::make_unique<entry>());
        same = std::prev(known.end());
        (*same)->deadline = by_deadline_.emplace(when, same->get());
    } else {
        by_deadline_.erase((*same)->deadline);
        (*same)->deadline = by_deadline_.emplace(when, same->get());
    }
    (*same)->stored_ms = to_milliseconds(what.expires);
    (*same)->what = std::move(what);
}

void memory::remove(std::string_view user, std::string_view domain, std::string_view contact) {
    auto found = by_address_.find(cat(user, '@', domain));
    if (found == by_address_.end()) return;
    std::erase_if(found->second, [&](const auto& one) {
        if (one->what.contact != contact) return false;
        by_deadline_.erase(one->deadline);
        return true;
    });
    if (found->second.empty()) by_address_.erase(found);
}

const binding& memory::refreshed(const entry& one, moment now) {
    auto left = one.deadline->first - now.steady;
    one.what.expires = now.wall + std::chrono::duration_cast<wall_time::duration>(left);
    return one.what;
}

std::vector<const binding*> memory::find(std::string_view user, std::string_view domain,
                                         moment now) const {
    std::vector<const binding*> out;
    auto found = by_address_.find(cat(user, '@', domain));
    if (found == by_address_.end()) return out;
    for (const auto& one : found->second)
        if (one->deadline->first > now.steady) out.push_back(&refreshed(*one, now));
    return out;
}

void memory::each(const std::function<void(const binding&)>& visit, moment now) const {
    for (const auto& [address, known] : by_address_)
        for (const auto& one : known)
            if (one->deadline->first > now.steady) visit(refreshed(*one, now));
}

std::size_t memory::size(steady_time now) const noexcept {
    auto count = by_deadline_.size();
    for (auto it = by_deadline_.begin(); it != by_deadline_.end() && it->first <= now; ++it)
        --count;
    return count;
}

std::vector<expired_row> memory::take_expired(steady_time now, std::size_t most) {
    std::vector<expired_row> out;
    while (!by_deadline_.empty() && by_deadline_.begin()->first <= now && out.size() < most) {
        const auto* due = by_deadline_.begin()->second;
        expired_row row{due->what.user, due->what.domain, due->what.contact, due->stored_ms};
        remove(row.user, row.domain, row.contact);
        out.push_back(std::move(row));
    }
    return out;
}

steady_time memory::next_expiry() const noexcept {
    return by_deadline_.empty() ? steady_time::max() : by_deadline_.begin()->first;
}

}  // namespace strowger::sqlite
