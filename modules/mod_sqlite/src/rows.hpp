// Bindings as rows of the table `registrations`.
#pragma once

#include "database.hpp"

#include <strowger/registration_store.hpp>

#include <vector>

namespace strowger::sqlite {

std::int64_t to_milliseconds(wall_time when) noexcept;
wall_time from_milliseconds(std::int64_t since_epoch) noexcept;  // clamped to what wall_time holds

// One row that expired: removed only while it still has that expiry, so that a registration which
// was renewed meanwhile stays.
struct expired_row {
    std::string user, domain, contact;
    std::int64_t expires_ms = 0;
};

// The prepared statements of one connection. One thread at a time.
class rows {
public:
    static result<rows> make(database& file);  // `file` outlives it
    result<std::vector<binding>> load(std::int64_t not_before_ms);
    result<void> purge(std::int64_t before_ms);
    result<void> write(const binding_change& change);
    result<void> remove(const expired_row& row);

private:
    statement load_, purge_, put_, remove_, expire_;
};

}  // namespace strowger::sqlite
