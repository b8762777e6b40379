// Becoming another user once sockets are bound and keys are read.
#pragma once

#include <strowger/error.hpp>

#include <sys/types.h>

#include <optional>
#include <set>
#include <string>
#include <utility>

namespace strowger {

struct identity {
    std::string user;
    ::uid_t uid;
    ::gid_t gid;
};

// -u and -g as numbers. Nothing when neither was given. Names may be numbers.
result<std::optional<identity>> find_identity(const std::string& user, const std::string& group);

// A folder that the program writes in, and that belongs to -u's user when root is given up. What is
// not Strowger's own in it is never given away: with -log /var/log that would be the system's logs.
class own_folder {
public:
    // Makes it where it is missing. Before anything is written in it. An error says why it cannot
    // be.
    static result<own_folder> make(std::string path);
    // One that the program made, with all in it.
    static own_folder whole(std::string path) {
        own_folder made;
        made.path_ = std::move(path);
        return made;
    }
    // Gives `who` the folder, when nothing but ours is in it, and what we wrote. An error: `who`
    // could not write there.
    result<void> give(const identity& who) const;

private:
    std::string path_;
    std::set<std::string> before_;  // what was in it
};

// For good. An error leaves the process unfit to go on.
result<void> become(const identity& who);

// As many descriptors as the system allows, core dumps, no SIGPIPE.
void raise_limits() noexcept;

}  // namespace strowger
