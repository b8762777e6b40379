#include "privileges.hpp"

#include <strowger/text.hpp>

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace strowger {

result<std::optional<identity>> find_identity(const std::string& user, const std::string& group) {
    if (user.empty() && group.empty()) return std::optional<identity>();
    identity who{user, ::geteuid(), ::getegid()};
    if (!user.empty()) {
        const auto* entry = ::getpwnam(user.c_str());
        if (entry == nullptr && parse_number(user, who.uid)) entry = ::getpwuid(who.uid);
        if (entry == nullptr)
            return fail(errc::not_found, cat("-u ", user, ": there is no such user"));
        who = {entry->pw_name, entry->pw_uid, entry->pw_gid};
    }
    if (!group.empty()) {
        const auto* entry = ::getgrnam(group.c_str());
        if (entry == nullptr && parse_number(group, who.gid)) entry = ::getgrgid(who.gid);
        if (entry == nullptr)
            return fail(errc::not_found, cat("-g ", group, ": there is no such group"));
        who.gid = entry->gr_gid;
    }
    return std::optional<identity>(who);
}

namespace {

bool is_our_name(std::string_view name) noexcept {
    for (std::string_view ours :
         {"strowger.", "registrations.db", "modules-", "crash.log", "crash-"})
        if (name.starts_with(ours)) return true;
    return false;
}

bool can_write(const struct ::stat& folder, const identity& who) noexcept {
    if (folder.st_uid == who.uid) return (folder.st_mode & S_IWUSR) != 0;
    if (folder.st_gid == who.gid) return (folder.st_mode & S_IWGRP) != 0;
    return (folder.st_mode & S_IWOTH) != 0;
}

}  // namespace

result<own_folder> own_folder::make(std::string path) {
    own_folder made;
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (failed)
        return fail(errc::io_error,
                    cat("the directory ", path, " cannot be made: ", failed.message()));
    for (std::filesystem::directory_iterator each(path, failed), end; !failed && each != end;
         each.increment(failed))
        made.before_.insert(each->path().filename().string());
    made.path_ = std::move(path);
    return made;
}

result<void> own_folder::give(const identity& who) const {
    bool all_ours = std::all_of(before_.begin(), before_.end(), is_our_name);
    [[maybe_unused]] int given = 0;
    if (all_ours) given = ::lchown(path_.c_str(), who.uid, who.gid);
    std::error_code failed;
    for (std::filesystem::directory_iterator each(path_, failed), end; !failed && each != end;
         each.increment(failed)) {
        struct ::stat about {};
        auto file = each->path().string();
        auto name = each->path().filename().string();
        if (!is_our_name(name) && before_.count(name) != 0) continue;
        // A second name would be a way to be given somebody else's file.
        if (::lstat(file.c_str(), &about) == 0 && about.st_uid == ::geteuid() &&
            (S_ISSOCK(about.st_mode) || (S_ISREG(about.st_mode) && about.st_nlink == 1)))
            given = ::lchown(file.c_str(), who.uid, who.gid);
    }
    struct ::stat folder {};
    if (::stat(path_.c_str(), &folder) == 0 && can_write(folder, who)) return {};
    return fail(
        errc::not_permitted,
        cat("-u ", who.user, ": the directory ", path_,
            " is not this user's, and has files in it that are not Strowger's, so it is not "
            "given away: name a directory of Strowger's own, or change its owner"));
}

result<void> become(const identity& who) {
    bool root = ::geteuid() == 0;
    if (!root && who.uid == ::geteuid() && who.gid == ::getegid()) return {};
    auto refused = [&](std::string_view step) {
        return fail(errc::not_permitted, cat("the program cannot become user ", who.user, " (",
                                             step, ": ", std::string_view(std::strerror(errno)),
                                             "): start it as root, or without -u"));
    };
    if (::setgroups(1, &who.gid) != 0) return refused("setgroups");
    if (!who.user.empty() && ::initgroups(who.user.c_str(), who.gid) != 0)
        return refused("initgroups");
    if (::setgid(who.gid) != 0) return refused("setgid");
    if (::setuid(who.uid) != 0) return refused("setuid");
    if (who.uid != 0 && ::setuid(0) == 0) return refused("it stayed root");
    ::prctl(PR_SET_DUMPABLE, 1);  // lost with the user, and core dumps with it
    return {};
}

void raise_limits() noexcept {
    struct ::rlimit files {};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        auto wanted = std::max<::rlim_t>(files.rlim_max, 1'000'000);
        struct ::rlimit more {
            wanted, wanted
        };
        if (::setrlimit(RLIMIT_NOFILE, &more) != 0) {
            files.rlim_cur = files.rlim_max;
            ::setrlimit(RLIMIT_NOFILE, &files);
        }
    }
    struct ::rlimit cores {};
    if (::getrlimit(RLIMIT_CORE, &cores) == 0) {
        cores.rlim_cur = cores.rlim_max;
        ::setrlimit(RLIMIT_CORE, &cores);
    }
    ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace strowger
