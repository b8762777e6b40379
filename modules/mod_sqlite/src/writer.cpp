#include "writer.hpp"

namespace strowger::sqlite {

result<void> writer::write(const batch& what) {
    for (const auto& change : what.changes)
        if (auto done = rows_.write(change); !done) return done;
    for (const auto& row : what.expired)
        if (auto done = rows_.remove(row); !done) return done;
    return {};
}

result<void> writer::commit(const batch& what) {
    // IMMEDIATE: another program's lock is met here, not in the middle.
    if (auto begun = file_.run("BEGIN IMMEDIATE"); !begun) return begun;
    auto done = write(what);
    if (done) done = file_.run("COMMIT");
    // A full disk may have rolled back already.
    if (!done && file_.in_transaction()) (void)file_.run("ROLLBACK");
    return done;
}

result<std::vector<binding>> writer::load(std::int64_t now_ms) {
    if (auto purged = rows_.purge(now_ms); !purged) return purged.error();
    return rows_.load(now_ms);
}

}  // namespace strowger::sqlite
