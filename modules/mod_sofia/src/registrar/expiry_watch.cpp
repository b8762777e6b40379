#include "registrar/expiry_watch.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {
namespace {

std::string key_of(std::string_view user, std::string_view domain, std::string_view contact) {
    return cat(user, '@', domain, '\n', contact);
}

}  // namespace

void expiry_watch::set(const binding& what) {
    forget(what.user, what.domain, what.contact);
    auto left = std::max(what.expires - time_.wall(), wall_time::duration::zero());
    auto when = time_.now() + std::chrono::duration_cast<steady_time::duration>(left);
    watched one;
    one.what.user = what.user;
    one.what.domain = what.domain;
    one.what.contact = what.contact;
    one.what.profile = what.profile;
    one.what.transport = what.transport;
    one.what.source = what.source;
    one.what.call_id = what.call_id;
    one.what.user_agent = what.user_agent;
    one.key = key_of(what.user, what.domain, what.contact);
    auto key = one.key;
    by_key_[std::move(key)] = by_time_.emplace(when, std::move(one));
    arm();
}

void expiry_watch::forget(std::string_view user, std::string_view domain,
                          std::string_view contact) {
    auto known = by_key_.find(key_of(user, domain, contact));
    if (known == by_key_.end()) return;
    by_time_.erase(known->second);
    by_key_.erase(known);
}

void expiry_watch::arm() {
    if (by_time_.empty()) return;
    auto next = by_time_.begin()->first;
    // An alarm that is too early only looks and sets the next one.
    if (timer_ && armed_for_ <= next) return;
    armed_for_ = next;
    timer_ = time_.at(next, [this] { ring(); });
}

void expiry_watch::ring() {
    timer_.reset();
    armed_for_ = steady_time::max();
    auto now = time_.now();
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
        auto one = std::move(by_time_.begin()->second);
        by_key_.erase(one.key);
        by_time_.erase(by_time_.begin());
        due_(one.what);
    }
    arm();
}

}  // namespace strowger::sofia
