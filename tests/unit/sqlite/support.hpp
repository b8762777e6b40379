// What the store's tests share: a folder that goes away, bindings, and SQLite as another program.
#pragma once

#include "store.hpp"
#include "test_context.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace strowger::sqlite {

using testing::test_context;

class folder {
public:
    folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "strowger-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~folder() { std::filesystem::remove_all(path_); }
    std::string file(std::string_view name = "registrations.db") const {
        return (path_ / name).string();
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline std::string read_all(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_all(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<long>(bytes.size()));
}

// Another program that uses the file.
class other_program {
public:
    explicit other_program(const std::string& path) { sqlite3_open(path.c_str(), &handle_); }
    ~other_program() { sqlite3_close(handle_); }
    int run(const char* sql) { return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); }
    int number(const char* sql) {
        sqlite3_stmt* asked = nullptr;
        int out = -1;
        if (sqlite3_prepare_v2(handle_, sql, -1, &asked, nullptr) == SQLITE_OK &&
            sqlite3_step(asked) == SQLITE_ROW)
            out = sqlite3_column_int(asked, 0);
        sqlite3_finalize(asked);
        return out;
    }

private:
    sqlite3* handle_ = nullptr;
};

inline binding phone(context& core, std::string user, std::string contact, int life_seconds = 60) {
    binding out;
    out.user = std::move(user);
    out.domain = "example.com";
    out.contact = std::move(contact);
    out.profile = "internal";
    out.node = "node";
    out.flow = "flow";
    out.transport = "tls";
    out.source = "192.0.2.1:5061";
    out.expires = core.clock().wall() + seconds(life_seconds);
    return out;
}

inline binding_change put(binding what) {
    binding_change out;
    out.user = what.user;
    out.domain = what.domain;
    out.put.push_back(std::move(what));
    return out;
}

// Applies a change and waits for its outcome.
inline result<void> applied(test_context& core, store& to, binding_change change) {
    std::optional<result<void>> outcome;
    to.apply(std::move(change), [&](result<void> told) { outcome = std::move(told); });
    if (!core.run_until([&] { return outcome.has_value(); }))
        return fail(errc::internal, "the test waited in vain");
    return *outcome;
}

}  // namespace strowger::sqlite
