// The directory: domains and users, their params and variables merged domain → group → user.
// Control loop only. Read from the current configuration; a later source may be a module.
#pragma once

#include <strowger/variables.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

struct directory_user {
    std::string id;
    std::string domain;
    std::string number_alias;
    variables params;  // password, a1-hash, dial-string, …
    variables vars;    // user_context, effective_caller_id_name, …
    std::vector<std::string> groups;
};

class directory {
public:
    virtual ~directory();
    // By id or number-alias; `domain` may be an alias. Shared and immutable: it may be kept.
    virtual std::shared_ptr<const directory_user> find(std::string_view user,
                                                       std::string_view domain) const = 0;
    // Is there such a domain (by name or alias)? Gives its proper name.
    virtual std::optional<std::string> domain(std::string_view name) const = 0;
    virtual std::vector<std::string> domains() const = 0;
    virtual std::vector<std::string> users(std::string_view domain) const = 0;
};

}  // namespace strowger
