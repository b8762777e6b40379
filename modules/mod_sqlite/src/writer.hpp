// The one writer: takes a batch of changes and makes it durable in one commit. Runs on whatever
// pool thread has the batch; never on two at once.
#pragma once

#include "database.hpp"
#include "rows.hpp"

#include <vector>

namespace strowger::sqlite {

struct batch {
    std::vector<binding_change> changes;
    std::vector<expired_row> expired;
    bool empty() const noexcept { return changes.empty() && expired.empty(); }
};

class writer {
public:
    writer(database file, rows statements) noexcept
        : file_(std::move(file)), rows_(std::move(statements)) {}
    // All of it or nothing. On success everything is on the disk.
    result<void> commit(const batch& what);
    // At start, before the first commit: what has not expired by `now_ms`; the rest is deleted.
    result<std::vector<binding>> load(std::int64_t now_ms);
    void wait_for_locks(int milliseconds) noexcept { file_.wait_for_locks(milliseconds); }

private:
    result<void> write(const batch& what);
    database file_;
    rows rows_;  // declared last: finalized before the connection closes
};

}  // namespace strowger::sqlite
