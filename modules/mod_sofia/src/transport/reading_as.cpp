#include "transport/reading_as.hpp"

#include "transport/sockets.hpp"

#include <strowger/text.hpp>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace strowger::sofia {
namespace {

std::string name_of_user(::uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    char room[4096];
    ::getpwuid_r(uid, &entry, room, sizeof room, &found);
    return found ? found->pw_name : std::to_string(uid);
}

std::vector<::gid_t> groups_of(::uid_t uid, ::gid_t gid) {
    std::vector<::gid_t> all(256);
    auto count = static_cast<int>(all.size());
    if (::getgrouplist(name_of_user(uid).c_str(), gid, all.data(), &count) < 0) return {gid};
    all.resize(static_cast<std::size_t>(count));
    return all;
}

// glibc's setgroups() changes every thread; the system call only this one.
bool set_own_groups(const std::vector<::gid_t>& groups) noexcept {
    return ::syscall(SYS_setgroups, groups.size(), groups.data()) == 0;
}

// Both answer with what was, and change nothing for the impossible id.
::uid_t current_uid() noexcept { return static_cast<::uid_t>(::setfsuid(static_cast<uid_t>(-1))); }
::gid_t current_gid() noexcept { return static_cast<::gid_t>(::setfsgid(static_cast<gid_t>(-1))); }

}  // namespace

reading_as::reading_as(const std::string& uid, const std::string& gid) {
    ::uid_t user = 0;
    ::gid_t group = 0;
    if (::geteuid() != 0 || !parse_number(uid, user) || !parse_number(gid, group) || user == 0)
        return;
    auto count = ::getgroups(0, nullptr);
    groups_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    if (count < 0 || ::getgroups(count, groups_.data()) != count) return;
    if (!set_own_groups(groups_of(user, group))) return;
    gid_ = static_cast<::gid_t>(::setfsgid(group));
    // Last: with it the capability to change the others may be gone.
    uid_ = static_cast<::uid_t>(::setfsuid(user));
    acting_ = true;
}

reading_as::~reading_as() {
    if (!acting_) return;
    ::setfsuid(uid_);
    ::setfsgid(gid_);
    set_own_groups(groups_);
}

std::string reading_user() { return name_of_user(current_uid()); }

std::string reading_group() {
    group entry{};
    group* found = nullptr;
    char room[4096];
    ::getgrgid_r(current_gid(), &entry, room, sizeof room, &found);
    return found ? found->gr_name : std::to_string(current_gid());
}

std::string closed_folder(const std::string& file) {
    for (auto slash = file.find('/', 1); slash != file.npos; slash = file.find('/', slash + 1)) {
        auto folder = file.substr(0, slash);
        // access() would ask for the real user; opening "." inside needs the right to enter.
        unique_fd inside(::open((folder + "/.").c_str(), O_PATH | O_CLOEXEC));
        if (!inside && errno == EACCES) return folder;
    }
    return {};
}

}  // namespace strowger::sofia
