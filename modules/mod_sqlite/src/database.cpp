#include "database.hpp"

#include <strowger/text.hpp>

#include <sqlite3.h>

#include <utility>

namespace strowger::sqlite {
namespace {

errc code_of(int sqlite_code) noexcept {
    switch (sqlite_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return errc::busy;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return errc::not_permitted;
        case SQLITE_CANTOPEN:
            return errc::not_found;
        case SQLITE_FULL:
            return errc::limit_reached;
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            return errc::bad_syntax;
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
            return errc::io_error;
        default:
            return errc::internal;
    }
}

error failure(sqlite3* handle, int code) {
    return fail(code_of(code), cat("SQLite: ", handle ? sqlite3_errmsg(handle) : "no memory", " (",
                                   sqlite3_errstr(code), ", ", code, ")"));
}

}  // namespace

statement::statement(statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
statement& statement::operator=(statement&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}
statement::~statement() { sqlite3_finalize(handle_); }

void statement::bind(int index, std::string_view text) noexcept {
    // A null pointer would bind NULL, not an empty text.
    const char* data = text.data() ? text.data() : "";
    sqlite3_bind_text64(handle_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}
void statement::bind(int index, std::int64_t number) noexcept {
    sqlite3_bind_int64(handle_, index, number);
}

result<bool> statement::step() {
    int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return failure(sqlite3_db_handle(handle_), code);
}

void statement::reset() noexcept {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
}

std::string_view statement::text(int column) const noexcept {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    if (!data) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}
std::int64_t statement::integer(int column) const noexcept {
    return sqlite3_column_int64(handle_, column);
}

database::database(database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
database& database::operator=(database&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}
database::~database() { sqlite3_close_v2(handle_); }

result<database> database::open(const std::string& path) {
    database opened;
    // One thread at a time uses a connection, so SQLite needs no lock of its own.
    int code = sqlite3_open_v2(path.c_str(), &opened.handle_,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK) return failure(opened.handle_, code);
    sqlite3_extended_result_codes(opened.handle_, 1);
    return opened;
}

result<void> database::run(const char* sql) {
    int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(handle_, code);
    return {};
}

result<statement> database::prepare(std::string_view sql) {
    statement made;
    int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &made.handle_, nullptr);
    if (code != SQLITE_OK) return failure(handle_, code);
    return made;
}

result<std::int64_t> database::number(std::string_view sql) {
    auto asked = prepare(sql);
    if (!asked) return asked.error();
    auto row = asked->step();
    if (!row) return row.error();
    return *row ? asked->integer(0) : 0;
}

result<std::string> database::text(std::string_view sql) {
    auto asked = prepare(sql);
    if (!asked) return asked.error();
    auto row = asked->step();
    if (!row) return row.error();
    return *row ? std::string(asked->text(0)) : std::string();
}

bool database::read_only() const noexcept { return sqlite3_db_readonly(handle_, "main") == 1; }
bool database::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_) == 0; }
void database::wait_for_locks(int milliseconds) noexcept {
    sqlite3_busy_timeout(handle_, milliseconds);
}
void database::checkpoint_on_close(bool on) noexcept {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr);
}

}  // namespace strowger::sqlite
