#include "transport/attempts.hpp"

#include <algorithm>
#include <vector>

namespace strowger::sofia {

bool attempt_list::add(const std::shared_ptr<attempt>& which, std::int64_t deadline) {
    std::shared_ptr<attempt> oldest;  // declared first: destroyed without the lock
    {
        std::scoped_lock guard(lock_);
        if (closed_) return false;
        if (entries_.size() >= most_) {
            auto found = std::min_element(
                entries_.begin(), entries_.end(),
                [](const auto& a, const auto& b) { return a.second.order < b.second.order; });
            oldest = found->second.which.lock();
            entries_.erase(found);
        }
        entries_.insert_or_assign(which.get(), entry{which, deadline, ++last_});
    }
    if (oldest) oldest->give_up("too many others came after it");
    return true;
}

void attempt_list::remove(const attempt* which) noexcept {
    std::scoped_lock guard(lock_);
    entries_.erase(which);
}

void attempt_list::expire(std::int64_t now) {
    std::vector<std::shared_ptr<attempt>> late;  // declared first: destroyed without the lock
    {
        std::scoped_lock guard(lock_);
        for (auto at = entries_.begin(); at != entries_.end();) {
            if (at->second.deadline > now) {
                ++at;
                continue;
            }
            if (auto alive = at->second.which.lock()) late.push_back(std::move(alive));
            at = entries_.erase(at);
        }
    }
    for (auto& each : late) each->give_up("it took too long");
}

void attempt_list::close() {
    std::vector<std::shared_ptr<attempt>> all;
    {
        std::scoped_lock guard(lock_);
        closed_ = true;
        for (auto& [key, each] : entries_)
            if (auto alive = each.which.lock()) all.push_back(std::move(alive));
        entries_.clear();
    }
    for (auto& each : all) each->give_up("the profile stops");
}

}  // namespace strowger::sofia
