// Who failed to authenticate how often, and which sources are answered late. Bounded: the entry
// whose last failure is the longest ago makes room, and one source has only so many entries: who
// invents names to push out his other failures gets no further answer. Pure data and times.
#pragma once

#include <strowger/clock.hpp>

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strowger::sofia {

class failure_table {
public:
    // `most_failures` is a handful: so many times are kept for each entry.
    explicit failure_table(unsigned most_failures, std::size_t most_entries = 16384)
        : most_failures_(most_failures), most_entries_(most_entries) {}

    // One more failure of `user` from `source` (an IP address). true: it is locked from now on.
    bool add(std::string_view source, std::string_view user, steady_time now);
    // Had `user` from `source` too many failures within a minute, the last of them less than a
    // minute ago?
    bool locked(std::string_view source, std::string_view user, steady_time now) const;
    // Is any user of `source` locked, or has it tried many names?
    bool penalised(std::string_view source, steady_time now) const;
    // It knew the password: its count begins anew.
    void succeeded(std::string_view source, std::string_view user);
    std::size_t size() const noexcept { return entries_.size(); }

    static constexpr std::chrono::seconds window{60};
    // Of one source, within the window: so many names make it late; with the most it may have, any
    // other name counts as locked.
    static constexpr std::size_t many_names = 16, most_names = 256;

private:
    struct entry {
        std::string source;
        std::string user;
        // Its last failures, never none and at most most_failures_, the oldest first. A minute
        // that slides, not one that begins with the first failure: two of those side by side
        // would let almost twice as many guesses through.
        std::vector<steady_time> times;
    };
    using entries = std::list<entry>;  // by their last failure, the oldest first
    static std::string key(std::string_view source, std::string_view user);
    static bool counts(const entry& one, steady_time now) noexcept;
    bool full(const entry& one) const noexcept;
    void drop(entries::iterator which);
    void make_late(std::string_view source, steady_time now);
    std::size_t names_of(std::string_view source) const;

    unsigned most_failures_;
    std::size_t most_entries_;
    entries entries_;
    std::unordered_map<std::string, entries::iterator> by_key_;
    std::unordered_map<std::string, steady_time> late_;   // source: until then
    std::unordered_map<std::string, std::size_t> names_;  // source: its entries
};

}  // namespace strowger::sofia
