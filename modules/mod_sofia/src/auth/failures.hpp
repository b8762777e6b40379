// Who failed to authenticate how often, and which sources are answered late. Bounded: the oldest
// entry makes room. Pure data and times.
#pragma once

#include <strowger/clock.hpp>

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace strowger::sofia {

class failure_table {
public:
    explicit failure_table(unsigned most_failures, std::size_t most_entries = 4096)
        : most_failures_(most_failures), most_entries_(most_entries) {}

    // One more failure of `user` from `source` (an IP address). true: it is locked from now on.
    bool add(std::string_view source, std::string_view user, steady_time now);
    // Had `user` from `source` too many failures within the last minute?
    bool locked(std::string_view source, std::string_view user, steady_time now) const;
    // Is any user of `source` locked?
    bool penalised(std::string_view source, steady_time now) const;
    // It knew the password: its count begins anew.
    void succeeded(std::string_view source, std::string_view user);
    std::size_t size() const noexcept { return entries_.size(); }

    static constexpr std::chrono::seconds window{60};

private:
    struct entry {
        std::string source;
        std::string user;
        steady_time begin;  // of the minute that is counted; the lock ends a minute after it began
        unsigned count = 0;
    };
    using entries = std::list<entry>;  // the oldest first
    static std::string key(std::string_view source, std::string_view user);
    bool holds(const entry& one, steady_time now) const noexcept;
    void drop(entries::iterator which);

    unsigned most_failures_;
    std::size_t most_entries_;
    entries entries_;
    std::unordered_map<std::string, entries::iterator> by_key_;
    std::unordered_map<std::string, steady_time> late_;  // source: until then
};

}  // namespace strowger::sofia
