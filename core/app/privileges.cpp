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

void give_folder(const std::string& path, const identity& who) {
    [[maybe_unused]] auto given = ::lchown(path.c_str(), who.uid, who.gid);
    std::error_code failed;
    for (std::filesystem::directory_iterator each(path, failed), end; !failed && each != end;
         each.increment(failed)) {
        struct ::stat about {};
        auto name = each->path().string();
        // A second name would be a way to be given somebody else's file.
        if (::lstat(name.c_str(), &about) == 0 && about.st_uid == ::geteuid() &&
            (S_ISSOCK(about.st_mode) || (S_ISREG(about.st_mode) && about.st_nlink == 1)))
            given = ::lchown(name.c_str(), who.uid, who.gid);
    }
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
