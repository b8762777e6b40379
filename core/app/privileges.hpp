// Becoming another user once sockets are bound and keys are read.
#pragma once

#include <strowger/error.hpp>

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace strowger {

struct identity {
    std::string user;
    ::uid_t uid;
    ::gid_t gid;
};

// -u and -g as numbers. Nothing when neither was given. Names may be numbers.
result<std::optional<identity>> find_identity(const std::string& user, const std::string& group);

// Gives a folder and the plain files in it to `who` (links are not followed).
void give_folder(const std::string& path, const identity& who);

// For good. An error leaves the process unfit to go on.
result<void> become(const identity& who);

// As many descriptors as the system allows, core dumps, no SIGPIPE.
void raise_limits() noexcept;

}  // namespace strowger
