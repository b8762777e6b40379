// Remembers when bindings of this profile expire, so that it can be told. Control loop only.
#pragma once

#include <strowger/clock.hpp>
#include <strowger/registration_store.hpp>

#include <functional>
#include <map>
#include <string>
#include <unordered_map>

namespace strowger::sofia {

class expiry_watch {
public:
    // `due` is called at a binding's time; it may call set() again.
    expiry_watch(clock& time, std::function<void(const binding&)> due)
        : time_(time), due_(std::move(due)) {}
    void set(const binding& what);
    void forget(std::string_view user, std::string_view domain, std::string_view contact);
    std::size_t size() const noexcept { return by_time_.size(); }

private:
    struct watched {
        binding what;  // only what a fact shows
        std::string key;
    };
    using times = std::multimap<steady_time, watched>;
    void arm();
    void ring();

    clock& time_;
    std::function<void(const binding&)> due_;
    times by_time_;
    std::unordered_map<std::string, times::iterator> by_key_;
    steady_time armed_for_ = steady_time::max();
    token timer_;
};

}  // namespace strowger::sofia
