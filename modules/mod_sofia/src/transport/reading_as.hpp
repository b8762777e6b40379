// Reads files with the rights of the user that the program will become (-u, -g). What root alone
// may read serves until the next reload and no longer, so it has to show at the start.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace strowger::sofia {

// For as long as it lives, this thread (no other) opens files as that user. Does nothing when the
// process is not root's, or when no user is named.
class reading_as {
public:
    // Numbers as text, as in the globals run_as_uid and run_as_gid; empty: as ourselves.
    reading_as(const std::string& uid, const std::string& gid);
    ~reading_as();
    reading_as(const reading_as&) = delete;
    reading_as& operator=(const reading_as&) = delete;

private:
    bool acting_ = false;
    ::uid_t uid_ = 0;
    ::gid_t gid_ = 0;
    std::vector<::gid_t> groups_;
};

// Names of the user and group whose rights this thread's open() has; numbers where there is none.
std::string reading_user();
std::string reading_group();

// The first folder on the way to `file` that this thread may not enter. Empty: all may be entered.
std::string closed_folder(const std::string& file);

}  // namespace strowger::sofia
