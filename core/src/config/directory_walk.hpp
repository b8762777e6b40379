// Walking the directory's XML: the users of a domain, in groups and outside of them.
#pragma once

#include <strowger/config.hpp>
#include <strowger/text.hpp>

#include <string>
#include <string_view>

namespace strowger {

// Names of users and domains are compared without regard to case, as FreeSWITCH does.
inline std::string directory_key(std::string_view name) {
    std::string key(name);
    for (auto& c : key) c = ascii_lower(c);
    return key;
}

// <user type="pointer"> puts a user that stands elsewhere into a group.
inline bool is_pointer(const config_node& user) {
    return iequals(user.attribute_or("type", {}), "pointer");
}

// Calls visit(user, group or nullptr) for each <user> of a <domain>, in the order of the file.
template <class Visit>
void each_user(const config_node& domain, Visit&& visit) {
    auto list = [&](const config_node& parent, const config_node* group) {
        parent.each("user", [&](const config_node& user) { visit(user, group); });
        parent.each("users", [&](const config_node& users) {
            users.each("user", [&](const config_node& user) { visit(user, group); });
        });
    };
    domain.each("groups", [&](const config_node& groups) {
        groups.each("group", [&](const config_node& group) { list(group, &group); });
    });
    list(domain, nullptr);
}

}  // namespace strowger
