#include "file.hpp"

#include "rows.hpp"

#include <strowger/text.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace strowger::sqlite {
namespace {

constexpr const char* schema = R"(
BEGIN IMMEDIATE;
CREATE TABLE registrations (
    user TEXT NOT NULL,
    domain TEXT NOT NULL,
    contact TEXT NOT NULL,
    profile TEXT NOT NULL,
    node TEXT NOT NULL,
    flow TEXT NOT NULL,
    transport TEXT NOT NULL,
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    instance TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    call_id TEXT NOT NULL,
    authenticated_as TEXT NOT NULL,
    cseq INTEGER NOT NULL,
    reg_id INTEGER NOT NULL,
    q_millis INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (user, domain, contact)
) WITHOUT ROWID;
PRAGMA application_id = 1398035031;
PRAGMA user_version = 1;
COMMIT;
)";
static_assert(application_id == 1398035031 && schema_version == 1);

// A lock held by a backup or a shell is waited for this long when the store opens.
constexpr int open_patience_ms = 1000;

struct descriptor {
    int fd = -1;
    ~descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

enum class found { nothing, ours };

// Looks at the file's first 100 bytes, which SQLite documents ("The Database Header"), so that a
// foreign file is not even opened by SQLite: that alone may write beside it.
result<found> look_at(const std::string& path) {
    descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.fd < 0) {
        if (errno == ENOENT) return found::nothing;
        return fail(errc::not_permitted,
                    cat(path, ": cannot be read: ", std::strerror(errno),
                        ". Give the file and its directory to the user Strowger runs as"));
    }
    struct stat about {};
    if (::fstat(file.fd, &about) == 0 && !S_ISREG(about.st_mode))
        return fail(errc::invalid_argument,
                    cat(path, ": is no regular file. Name another one in sqlite.conf.xml"));
    std::array<unsigned char, 100> header{};
    auto length = ::read(file.fd, header.data(), header.size());
    if (length < 0)
        return fail(errc::io_error, cat(path, ": cannot be read: ", std::strerror(errno)));
    if (length == 0) return found::nothing;
    constexpr std::string_view magic("SQLite format 3\0", 16);
    if (length < 100 || std::memcmp(header.data(), magic.data(), magic.size()) != 0)
        return fail(errc::bad_syntax,
                    cat(path,
                        ": is no SQLite database, or its beginning is damaged. It was left "
                        "untouched; move it away, or restore it from a backup"));
    auto number = (std::uint32_t{header[68]} << 24) | (std::uint32_t{header[69]} << 16) |
                  (std::uint32_t{header[70]} << 8) | header[71];
    if (number != application_id)
        return fail(errc::incompatible,
                    cat(path, ": is another program's SQLite database (application id ", number,
                        ", ours is ", application_id,
                        "). It was left untouched; name another file in sqlite.conf.xml"));
    return found::ours;
}

error explain(const std::string& path, const error& why) {
    switch (why.code) {
        case errc::busy:
            return fail(errc::busy,
                        cat(path, ": is locked by another program (", why.text,
                            "). Stop what uses it (a second Strowger, a sqlite3 shell) and load "
                            "mod_sqlite again"));
        case errc::not_permitted:
        case errc::not_found:
            return fail(why.code,
                        cat(path, ": cannot be opened for writing (", why.text,
                            "). Give the file and its directory to the user Strowger runs as"));
        case errc::bad_syntax:
            return fail(why.code, cat(path, ": is damaged (", why.text,
                                      "). It was left untouched; move it away (phones register "
                                      "anew), or restore it from a backup"));
        default:
            return fail(why.code, cat(path, ": ", why.text));
    }
}

// What is in the file must be whole and of a version that we know.
result<void> verify(database& file, const std::string& path) {
    auto version = file.number("PRAGMA user_version");
    if (!version) return version.error();
    if (*version > schema_version)
        return fail(errc::incompatible,
                    cat(path, ": has version ", *version, " of the tables, this Strowger knows ",
                        schema_version,
                        ". It was left untouched; run the newer Strowger, or move "
                        "the file away"));
    auto checked = file.text("PRAGMA quick_check(1)");
    if (!checked) return checked.error();
    if (*checked != "ok") return fail(errc::bad_syntax, *checked);
    auto table = file.prepare("SELECT count(*) FROM registrations WHERE expires_ms < 0");
    if (!table) return fail(errc::bad_syntax, table.error().text);
    // Every column that will be asked for, before anything is written.
    auto all = rows::make(file);
    if (!all) return fail(errc::bad_syntax, all.error().text);
    return {};
}

result<void> set_up(database& file) {
    auto mode = file.text("PRAGMA journal_mode = WAL");
    if (!mode) return mode.error();
    if (*mode != "wal")
        return fail(errc::unsupported, cat("write-ahead logging is not possible there (", *mode,
                                           "); use a local disk, not a network file system"));
    // FULL: a commit is on the disk when it returns. NORMAL loses the last ones with the power.
    return file.run("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY");
}

result<database> open_ours(const std::string& path) {
    auto file = database::open(path);
    if (!file) return file.error();
    file->wait_for_locks(open_patience_ms);
    file->checkpoint_on_close(false);
    if (file->read_only())
        return fail(errc::not_permitted, "the file or its directory is read-only");
    auto tables = file->number("SELECT count(*) FROM sqlite_master");
    if (!tables) return tables.error();
    // None: its making was interrupted, and what was begun has been rolled back.
    auto done = *tables == 0 ? file->run(schema) : verify(*file, path);
    if (!done) return done.error();
    if (done = set_up(*file); !done) return done.error();
    file->checkpoint_on_close(true);
    return file;
}

}  // namespace

result<database> open_file(const std::string& path) {
    auto what = look_at(path);
    if (!what) return what.error();
    if (*what == found::nothing) {
        // Contacts and addresses of people are nobody else's business: not readable by all.
        descriptor made{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)};
        if (made.fd < 0)
            return fail(errc::not_permitted,
                        cat(path, ": cannot be made: ", std::strerror(errno),
                            ". Make the directory, and give it to the user Strowger runs as"));
    }
    auto file = open_ours(path);
    if (!file) {
        auto why = file.error();
        if (why.text.starts_with(path)) return why;
        return explain(path, why);
    }
    return file;
}

}  // namespace strowger::sqlite
