#include "file.hpp"
#include "support.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

// The children that are killed here start threads of their own, which TSan refuses unless told.
extern "C" [[gnu::visibility("default")]] const char* __tsan_default_options() {
    return "die_after_fork=0";
}

namespace strowger::sqlite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct FileTest : ::testing::Test {
    test_context core;
    folder place;
    error refused() {
        auto opened = store::open(core, place.file());
        EXPECT_FALSE(opened);
        return opened ? error{} : opened.error();
    }
    void make(int phones = 0) {
        auto it = store::open(core, place.file());
        ASSERT_TRUE(it) << it.error().text;
        for (int i = 0; i < phones; ++i) {
            auto outcome = applied(
                core, **it, put(phone(core, cat("user", i), cat("sip:", std::string(200, 'x')))));
            ASSERT_TRUE(outcome);
        }
    }
};

TEST_F(FileTest, IsMarkedAsOursAndDurable) {
    make();
    other_program shell(place.file());
    EXPECT_EQ(shell.number("PRAGMA application_id"), 0x53545257);
    EXPECT_EQ(shell.number("PRAGMA user_version"), 1);
    auto opened = open_file(place.file());
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened->text("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(*opened->number("PRAGMA synchronous"), 2);  // FULL
    auto mode = std::filesystem::status(place.file()).permissions();
    EXPECT_EQ(mode & std::filesystem::perms::others_all, std::filesystem::perms::none);
}

TEST_F(FileTest, AnEmptyFileIsTakenAsNew) {
    write_all(place.file(), "");
    make();
}

TEST_F(FileTest, ATextFileIsRefusedAndLeftUntouched) {
    std::string text(5000, 'x');
    write_all(place.file(), text);
    auto why = refused();
    EXPECT_EQ(why.code, errc::bad_syntax);
    EXPECT_THAT(why.text, AllOf(HasSubstr(place.file()), HasSubstr("no SQLite database"),
                                HasSubstr("left untouched")));
    EXPECT_EQ(read_all(place.file()), text);
}

TEST_F(FileTest, AnotherProgramsDatabaseIsRefusedAndLeftUntouched) {
    {
        other_program shell(place.file());
        ASSERT_EQ(shell.run("CREATE TABLE precious (a); INSERT INTO precious VALUES (1)"),
                  SQLITE_OK);
    }
    auto before = read_all(place.file());
    auto why = refused();
    EXPECT_EQ(why.code, errc::incompatible);
    EXPECT_THAT(why.text, HasSubstr("another program's SQLite database"));
    EXPECT_EQ(read_all(place.file()), before);
    EXPECT_FALSE(std::filesystem::exists(place.file() + "-wal"));
}

TEST_F(FileTest, ANewerVersionIsRefusedAndLeftUntouched) {
    make();
    other_program(place.file()).run("PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE)");
    auto before = read_all(place.file());
    auto why = refused();
    EXPECT_EQ(why.code, errc::incompatible);
    EXPECT_THAT(why.text, AllOf(HasSubstr("version 2"), HasSubstr("knows 1")));
    EXPECT_EQ(read_all(place.file()), before);
}

TEST_F(FileTest, DamageAnywhereIsRefusedOrHarmlessAndNeverWritten) {
    make(40);
    {
        // Free pages, whose damage matters to nobody: most of the phones go.
        other_program shell(place.file());
        ASSERT_EQ(shell.run("DELETE FROM registrations WHERE user NOT IN ('user0', 'user9'); "
                            "PRAGMA wal_checkpoint(TRUNCATE)"),
                  SQLITE_OK);
        ASSERT_GE(shell.number("PRAGMA freelist_count"), 2);
    }
    auto whole = read_all(place.file());
    ASSERT_GT(whole.size(), 12000u);
    auto alone = [&](std::string_view bytes) {
        std::filesystem::remove(place.file() + "-wal");
        std::filesystem::remove(place.file() + "-shm");
        write_all(place.file(), bytes);
    };
    int refusals = 0, harmless = 0;
    // Page by page, its beginning overwritten.
    for (std::size_t at = 4096; at < whole.size(); at += 4096) {
        auto damaged = whole;
        damaged.replace(at, 64, 64, '\xff');
        alone(damaged);
        auto opened = store::open(core, place.file());
        if (!opened) {
            ++refusals;
            EXPECT_THAT(opened.error().text,
                        AllOf(HasSubstr(place.file()), HasSubstr("untouched")));
        } else {
            ++harmless;
            EXPECT_EQ((*opened)->size(), 2u) << at;
            for (const auto* user : {"user0", "user9"}) {
                auto found = (*opened)->find(user, "example.com");
                ASSERT_EQ(found.size(), 1u) << at << ' ' << user;
                EXPECT_EQ(found[0]->contact, cat("sip:", std::string(200, 'x')));
                EXPECT_EQ(found[0]->source, "192.0.2.1:5061");
            }
            opened->reset();  // closing may write, too
        }
        EXPECT_TRUE(read_all(place.file()) == damaged) << "written to; damage at " << at;
    }
    // A page of rows at least, and a free one at least.
    EXPECT_GE(refusals, 1);
    EXPECT_GE(harmless, 1);
    // Cut off at several lengths.
    for (std::size_t length : {std::size_t{1}, std::size_t{99}, std::size_t{512}, std::size_t{4096},
                               std::size_t{9000}, whole.size() - 4096}) {
        alone(std::string_view(whole).substr(0, length));
        auto opened = store::open(core, place.file());
        EXPECT_FALSE(opened) << "cut at " << length;
        EXPECT_TRUE(read_all(place.file()) == whole.substr(0, length)) << "cut at " << length;
    }
}

TEST_F(FileTest, AForeignTableOfTheSameNameIsRefusedAndLeftUntouched) {
    // One that is nothing like ours, and one that is a little.
    for (const auto* columns : {"a", "expires_ms INTEGER", "user, domain, contact, expires_ms"}) {
        std::filesystem::remove(place.file());
        {
            other_program shell(place.file());
            ASSERT_EQ(shell.run(cat("CREATE TABLE registrations (", columns,
                                    "); PRAGMA application_id = 1398035031; "
                                    "PRAGMA user_version = 1")
                                    .c_str()),
                      SQLITE_OK);
        }
        auto before = read_all(place.file());
        auto why = refused();
        EXPECT_EQ(why.code, errc::bad_syntax) << columns;
        EXPECT_THAT(why.text, AllOf(HasSubstr(place.file()), HasSubstr("left untouched")));
        EXPECT_TRUE(read_all(place.file()) == before) << "written to: " << columns;
        EXPECT_FALSE(std::filesystem::exists(place.file() + "-wal")) << columns;
    }
}

TEST_F(FileTest, ALockedFileIsNamedWithWhatToDo) {
    make();
    other_program shell(place.file());
    ASSERT_EQ(shell.run("BEGIN IMMEDIATE"), SQLITE_OK);
    auto why = refused();
    EXPECT_EQ(why.code, errc::busy);
    EXPECT_THAT(why.text, AllOf(HasSubstr(place.file()), HasSubstr("locked"), HasSubstr("Stop")));
}

TEST_F(FileTest, AMissingDirectoryAndADirectoryAreNamed) {
    auto opened = store::open(core, place.file("missing/registrations.db"));
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().text, HasSubstr("Make the directory"));
    opened = store::open(core, place.path().string());
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().text, HasSubstr("no regular file"));
}

TEST_F(FileTest, AFileWeMayNotWriteIsRefused) {
    make();
    // Root may write everything: a child of its own drops that first.
    std::filesystem::permissions(place.file(), std::filesystem::perms(0444));
    std::filesystem::permissions(place.path(), std::filesystem::perms(0555));
    auto child = ::fork();
    if (child == 0) {
        if (::getuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
        auto opened = open_file(place.file());
        ::_exit(!opened && opened.error().code == errc::not_permitted &&
                        opened.error().text.find("read-only") != std::string::npos
                    ? 0
                    : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    std::filesystem::permissions(place.path(), std::filesystem::perms(0755));
    EXPECT_EQ(status, 0);
}

TEST_F(FileTest, AFullDiskFailsCommitsUntilThereIsRoom) {
    auto it = store::open(core, place.file());
    ASSERT_TRUE(it);
    ASSERT_TRUE(applied(core, **it, put(phone(core, "1000", "sip:a"))));
    // A limit on the size of files stands for the full disk.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 4096;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    auto outcome = applied(core, **it, put(phone(core, "1001", "sip:b")));
    auto again = applied(core, **it, put(phone(core, "1002", "sip:c")));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_FALSE(outcome);
    EXPECT_FALSE(again);
    EXPECT_EQ((*it)->size(), 1u);
    EXPECT_TRUE(applied(core, **it, put(phone(core, "1003", "sip:d"))));
    it->reset();
    it = store::open(core, place.file());
    ASSERT_TRUE(it);
    EXPECT_EQ((*it)->size(), 2u);
}

// Whoever was told "ok" is there after kill -9.
TEST_F(FileTest, EveryCommitThatWasToldSurvivesKill) {
    make();
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    auto child = ::fork();
    if (child == 0) {
        // A context of its own: threads do not come along with fork.
        test_context inside;
        auto it = store::open(inside, place.file());
        if (!it) ::_exit(1);
        for (int i = 0;; ++i) {
            auto outcome = applied(inside, **it, put(phone(inside, cat(i), "sip:a", 3600)));
            if (!outcome || ::write(pipe_ends[1], &i, sizeof i) != sizeof i) ::_exit(1);
        }
    }
    ::close(pipe_ends[1]);
    int last = -1;
    while (last < 200) ASSERT_EQ(::read(pipe_ends[0], &last, sizeof last), long{sizeof last});
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    int next = 0;
    while (::read(pipe_ends[0], &next, sizeof next) == long{sizeof next}) last = next;
    ::close(pipe_ends[0]);
    auto it = store::open(core, place.file());
    ASSERT_TRUE(it) << it.error().text;
    for (int i = 0; i <= last; ++i) EXPECT_EQ((*it)->find(cat(i), "example.com").size(), 1u) << i;
    EXPECT_LE((*it)->size(), static_cast<std::size_t>(last) + 2);  // one may be written, not told
}

}  // namespace
}  // namespace strowger::sqlite
