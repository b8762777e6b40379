#include "config/directory_check.hpp"

#include "config/directory_walk.hpp"

#include <strowger/text.hpp>

#include <array>
#include <string>
#include <unordered_map>

namespace strowger {

namespace {

void check_pairs(const config_node& parent, std::string_view list, std::string_view tag,
                 problems& found) {
    parent.each(list, [&](const config_node& pairs) {
        for (const auto& pair : pairs.children) {
            if (pair.name != tag)
                found.push_back({severity::warning, pair.where,
                                 cat('<', pair.name, "> in <", list, "> is not read; expected <",
                                     tag, " name=\"…\" value=\"…\"/>")});
            else if (!pair.attribute("name") || !pair.attribute("value"))
                found.push_back(
                    {severity::warning, pair.where,
                     cat('<', tag, "> without ", pair.attribute("name") ? "value" : "name",
                         " is not read; expected <", tag, " name=\"…\" value=\"…\"/>")});
        }
    });
}

void check_pairs(const config_node& parent, problems& found) {
    check_pairs(parent, "params", "param", found);
    check_pairs(parent, "variables", "variable", found);
}

void check_domain(const config_node& domain, problems& found) {
    check_pairs(domain, found);
    domain.each("groups", [&](const config_node& groups) {
        groups.each("group", [&](const config_node& group) { check_pairs(group, found); });
    });
    std::unordered_map<std::string, const config_node*> ids;
    each_user(domain, [&](const config_node& user, const config_node*) {
        const auto* id = user.attribute("id");
        if (!id || id->empty()) {
            found.push_back({severity::warning, user.where,
                             "a <user> without an id is not read; expected id=\"…\""});
            return;
        }
        if (is_pointer(user)) return;
        auto [first, fresh] = ids.emplace(directory_key(*id), &user);
        if (!fresh)
            found.push_back({severity::warning, user.where,
                             cat("a second user \"", *id, "\" is not read; the one at ",
                                 first->second->where.text(), " counts")});
        check_pairs(user, found);
    });
}

}  // namespace

void check_directory(const config_node* section, problems& found) {
    if (!section) return;
    for (const auto& domain : section->children) {
        if (domain.name != "domain")
            found.push_back({severity::warning, domain.where,
                             cat('<', domain.name,
                                 "> in the directory is not read; expected "
                                 "<domain name=\"…\">")});
        else if (domain.attribute_or("name", {}).empty())
            found.push_back({severity::error, domain.where,
                             "a <domain> without a name; expected name=\"example.com\""});
        else
            check_domain(domain, found);
    }
}

}  // namespace strowger
