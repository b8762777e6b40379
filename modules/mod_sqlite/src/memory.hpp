// What the store knows, in memory: the authority for lookups. Plain data and times, no I/O.
// Expiry is kept as a steady deadline, so that a step of the wall clock expires nothing; what
// lookups show as `expires` is that deadline on the wall clock of the moment. Control loop only.
#pragma once

#include "rows.hpp"

#include <strowger/registration_store.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace strowger::sqlite {

struct moment {
    steady_time steady;
    wall_time wall;
};

class memory {
public:
    void apply(binding_change change, moment now);
    void put(binding what, moment now);  // replaces the one with the same contact
    void remove(std::string_view user, std::string_view domain, std::string_view contact);

    // Not expired ones only.
    std::vector<const binding*> find(std::string_view user, std::string_view domain,
                                     moment now) const;
    void each(const std::function<void(const binding&)>& visit, moment now) const;
    std::size_t size(steady_time now) const noexcept;

    // Takes out up to `most` expired ones and gives their rows.
    std::vector<expired_row> take_expired(steady_time now, std::size_t most);
    // When the next one expires; steady_time::max() when there is none.
    steady_time next_expiry() const noexcept;

private:
    struct entry;
    using deadlines = std::multimap<steady_time, entry*>;
    struct entry {
        mutable binding what;  // `expires` is refreshed by lookups
        std::int64_t stored_ms = 0;
        deadlines::iterator deadline;
    };
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    using contacts = std::vector<std::unique_ptr<entry>>;

    static const binding& refreshed(const entry& one, moment now);

    std::unordered_map<std::string, contacts, hash, std::equal_to<>> by_address_;  // user@domain
    deadlines by_deadline_;
};

}  // namespace strowger::sqlite
