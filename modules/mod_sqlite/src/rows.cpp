#include "rows.hpp"

#include <algorithm>
#include <limits>

namespace strowger::sqlite {
namespace {

constexpr std::string_view load_sql =
    "SELECT user, domain, contact, profile, node, flow, transport, source, path, instance, "
    "user_agent, call_id, authenticated_as, cseq, reg_id, q_millis, expires_ms "
    "FROM registrations WHERE expires_ms > ?1";
constexpr std::string_view purge_sql = "DELETE FROM registrations WHERE expires_ms <= ?1";
constexpr std::string_view put_sql =
    "INSERT INTO registrations (user, domain, contact, profile, node, flow, transport, source, "
    "path, instance, user_agent, call_id, authenticated_as, cseq, reg_id, q_millis, expires_ms) "
    "VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17) "
    "ON CONFLICT (user, domain, contact) DO UPDATE SET profile=?4, node=?5, flow=?6, "
    "transport=?7, source=?8, path=?9, instance=?10, user_agent=?11, call_id=?12, "
    "authenticated_as=?13, cseq=?14, reg_id=?15, q_millis=?16, expires_ms=?17";
constexpr std::string_view remove_sql =
    "DELETE FROM registrations WHERE user=?1 AND domain=?2 AND contact=?3";
constexpr std::string_view expire_sql =
    "DELETE FROM registrations WHERE user=?1 AND domain=?2 AND contact=?3 AND expires_ms<=?4";

result<void> step_once(statement& what) {
    auto stepped = what.step();
    what.reset();
    if (!stepped) return stepped.error();
    return {};
}

binding read(const statement& row) {
    auto text = [&](int column) { return std::string(row.text(column)); };
    // A damaged number must not become another one by wrapping around.
    auto number = [&](int column) {
        constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(row.integer(column), 0, most));
    };
    binding out;
    out.user = text(0);
    out.domain = text(1);
    out.contact = text(2);
    out.profile = text(3);
    out.node = text(4);
    out.flow = text(5);
    out.transport = text(6);
    out.source = text(7);
    out.path = text(8);
    out.instance = text(9);
    out.user_agent = text(10);
    out.call_id = text(11);
    out.authenticated_as = text(12);
    out.cseq = number(13);
    out.reg_id = number(14);
    out.q_millis = static_cast<int>(std::clamp<std::int64_t>(row.integer(15), 0, 1000));
    out.expires = from_milliseconds(row.integer(16));
    return out;
}

}  // namespace

std::int64_t to_milliseconds(wall_time when) noexcept {
    return std::chrono::duration_cast<milliseconds>(when.time_since_epoch()).count();
}

wall_time from_milliseconds(std::int64_t since_epoch) noexcept {
    constexpr auto most = std::chrono::duration_cast<milliseconds>(wall_time::duration::max());
    return wall_time(milliseconds(std::clamp<std::int64_t>(since_epoch, 0, most.count())));
}

result<rows> rows::make(database& file) {
    rows made;
    for (auto [where, sql] : {std::pair{&made.load_, load_sql},
                              {&made.purge_, purge_sql},
                              {&made.put_, put_sql},
                              {&made.remove_, remove_sql},
                              {&made.expire_, expire_sql}}) {
        auto prepared = file.prepare(sql);
        if (!prepared) return prepared.error();
        *where = std::move(*prepared);
    }
    return made;
}

result<std::vector<binding>> rows::load(std::int64_t not_before_ms) {
    std::vector<binding> out;
    load_.bind(1, not_before_ms);
    for (;;) {
        auto row = load_.step();
        if (!row || !*row) {
            load_.reset();
            if (!row) return row.error();
            return out;
        }
        out.push_back(read(load_));
    }
}

result<void> rows::purge(std::int64_t before_ms) {
    purge_.bind(1, before_ms);
    return step_once(purge_);
}

result<void> rows::write(const binding_change& change) {
    // Removals first: a change may replace a contact by the same one, spelt otherwise.
    for (const auto& contact : change.remove) {
        remove_.bind(1, change.user);
        remove_.bind(2, change.domain);
        remove_.bind(3, contact);
        if (auto done = step_once(remove_); !done) return done;
    }
    for (const auto& one : change.put) {
        put_.bind(1, change.user);
        put_.bind(2, change.domain);
        int column = 3;
        for (const auto* text :
             {&one.contact, &one.profile, &one.node, &one.flow, &one.transport, &one.source,
              &one.path, &one.instance, &one.user_agent, &one.call_id, &one.authenticated_as})
            put_.bind(column++, *text);
        for (std::int64_t number : {std::int64_t{one.cseq}, std::int64_t{one.reg_id},
                                    std::int64_t{one.q_millis}, to_milliseconds(one.expires)})
            put_.bind(column++, number);
        if (auto done = step_once(put_); !done) return done;
    }
    return {};
}

result<void> rows::remove(const expired_row& row) {
    expire_.bind(1, row.user);
    expire_.bind(2, row.domain);
    expire_.bind(3, row.contact);
    expire_.bind(4, row.expires_ms);
    return step_once(expire_);
}

}  // namespace strowger::sqlite
