// SQLite's C API, wrapped once: a connection and its prepared statements. One thread at a time; a
// connection may move between threads.
#pragma once

#include <strowger/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace strowger::sqlite {

// A prepared statement. Its connection outlives it. Texts bound are borrowed until reset().
class statement {
public:
    statement() = default;
    statement(statement&& other) noexcept;
    statement& operator=(statement&& other) noexcept;
    ~statement();

    explicit operator bool() const noexcept { return handle_ != nullptr; }
    // Parameters count from 1.
    void bind(int index, std::string_view text) noexcept;
    void bind(int index, std::int64_t number) noexcept;
    // true: there is a row; false: there are no more.
    result<bool> step();
    void reset() noexcept;
    // Columns count from 0. The view is valid until the next step().
    std::string_view text(int column) const noexcept;
    std::int64_t integer(int column) const noexcept;

private:
    friend class database;
    explicit statement(sqlite3_stmt* handle) noexcept : handle_(handle) {}
    sqlite3_stmt* handle_ = nullptr;
};

class database {
public:
    database() = default;
    database(database&& other) noexcept;
    database& operator=(database&& other) noexcept;
    ~database();

    // Opens a file that exists, for reading and writing. errc::not_found, not_permitted, io_error.
    static result<database> open(const std::string& path);

    explicit operator bool() const noexcept { return handle_ != nullptr; }
    result<void> run(const char* sql);
    result<statement> prepare(std::string_view sql);
    // The first column of the first row; 0 or empty when there is none.
    result<std::int64_t> number(std::string_view sql);
    result<std::string> text(std::string_view sql);
    // The file or its directory cannot be written.
    bool read_only() const noexcept;
    // Is a transaction open? An error such as a full disk may have ended it.
    bool in_transaction() const noexcept;
    // How long a statement waits for a lock that another program holds.
    void wait_for_locks(int milliseconds) noexcept;
    // Whether closing the last connection moves the log into the file (SQLite's own default: yes).
    void checkpoint_on_close(bool on) noexcept;

private:
    sqlite3* handle_ = nullptr;
};

}  // namespace strowger::sqlite
