// The directory out of the current tree: indexed once per reload, users merged when first asked
// for.
#include "config/directory_walk.hpp"
#include "config/make.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace strowger {

namespace {

// Params and variables of one level; a later level wins.
void take(const config_node& from, directory_user& user) {
    auto pairs = [&](std::string_view list, std::string_view tag, variables& into) {
        from.each(list, [&](const config_node& parent) {
            parent.each(tag, [&](const config_node& pair) {
                const auto* name = pair.attribute("name");
                const auto* value = pair.attribute("value");
                if (name && value) into.set(*name, *value);
            });
        });
    };
    pairs("params", "param", user.params);
    pairs("variables", "variable", user.vars);
}

class indexed_domain {
public:
    explicit indexed_domain(const config_node& domain)
        : domain_(domain), name_(domain.attribute_or("name", {})) {
        each_user(domain, [&](const config_node& user, const config_node* group) {
            const auto* id = user.attribute("id");
            if (!id || id->empty()) return;
            if (is_pointer(user)) {
                if (group) memberships_[directory_key(*id)].push_back(group);
                return;
            }
            auto key = directory_key(*id);
            auto [at, fresh] = by_id_.emplace(std::move(key), users_.size());
            if (!fresh) return;
            users_.push_back({&user, group, {}});
            if (const auto* alias = user.attribute("number-alias"); alias && !alias->empty())
                by_alias_.emplace(directory_key(*alias), at->second);
        });
    }

    const std::string& name() const noexcept { return name_; }

    std::shared_ptr<const directory_user> find(const std::string& key) const {
        auto at = by_id_.find(key);
        if (at == by_id_.end()) {
            at = by_alias_.find(key);
            if (at == by_alias_.end()) return nullptr;
        }
        auto& entry = users_[at->second];
        if (!entry.merged) entry.merged = merge(entry);
        return entry.merged;
    }

    std::vector<std::string> users() const {
        std::vector<std::string> ids;
        ids.reserve(users_.size());
        for (const auto& entry : users_) ids.emplace_back(entry.user->attribute_or("id", {}));
        return ids;
    }

private:
    struct indexed_user {
        const config_node* user;
        const config_node* group;  // the one it is defined in, or nullptr
        std::shared_ptr<const directory_user> merged;
    };

    std::shared_ptr<const directory_user> merge(const indexed_user& from) const {
        auto made = std::make_shared<directory_user>();
        made->id = from.user->attribute_or("id", {});
        made->domain = name_;
        made->number_alias = from.user->attribute_or("number-alias", {});
        take(domain_, *made);
        if (from.group) {
            take(*from.group, *made);
            made->groups.emplace_back(from.group->attribute_or("name", {}));
        }
        take(*from.user, *made);
        if (auto more = memberships_.find(directory_key(made->id)); more != memberships_.end())
            for (const auto* group : more->second)
                made->groups.emplace_back(group->attribute_or("name", {}));
        return made;
    }

    const config_node& domain_;
    std::string name_;
    mutable std::vector<indexed_user> users_;  // control loop only: find() fills `merged` in
    std::unordered_map<std::string, std::size_t> by_id_, by_alias_;
    std::unordered_map<std::string, std::vector<const config_node*>> memberships_;
};

// Aliases of a domain: <domain alias="a,b">, or <alias name="a"/> in it or in its <aliases>.
std::vector<std::string> aliases_of(const config_node& domain) {
    std::vector<std::string> names;
    std::string_view list = domain.attribute_or("alias", {});
    while (!list.empty()) {
        auto comma = list.find(',');
        names.emplace_back(trim(list.substr(0, comma)));
        list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
    }
    auto add = [&](const config_node& alias) {
        names.emplace_back(alias.attribute_or("name", {}));
    };
    domain.each("alias", add);
    domain.each("aliases", [&](const config_node& all) { all.each("alias", add); });
    return names;
}

class xml_directory final : public directory {
public:
    explicit xml_directory(configuration& config) {
        build(config.current());
        reloads_ = config.on_reload([this](const config_ptr& tree) { build(tree); });
    }

    std::shared_ptr<const directory_user> find(std::string_view user,
                                               std::string_view domain) const override {
        const auto* where = at(domain);
        return where ? where->find(directory_key(user)) : nullptr;
    }
    std::optional<std::string> domain(std::string_view name) const override {
        const auto* where = at(name);
        if (!where) return std::nullopt;
        return where->name();
    }
    std::vector<std::string> domains() const override {
        std::vector<std::string> names;
        for (const auto& each : domains_) names.push_back(each->name());
        return names;
    }
    std::vector<std::string> users(std::string_view domain) const override {
        const auto* where = at(domain);
        return where ? where->users() : std::vector<std::string>();
    }

private:
    const indexed_domain* at(std::string_view name) const {
        auto found = names_.find(directory_key(name));
        return found == names_.end() ? nullptr : found->second;
    }

    void build(const config_ptr& tree) {
        names_.clear();
        domains_.clear();
        tree_ = tree;  // the index points into it
        const auto* section = tree ? tree->section("directory") : nullptr;
        if (!section) return;
        section->each("domain", [&](const config_node& node) {
            auto name = node.attribute_or("name", {});
            if (name.empty() || names_.contains(directory_key(name))) return;
            const auto& made = domains_.emplace_back(std::make_unique<indexed_domain>(node));
            names_.emplace(directory_key(name), made.get());
        });
        // Names before aliases: an alias never hides a domain.
        std::size_t next = 0;
        section->each("domain", [&](const config_node& node) {
            if (next >= domains_.size() || domains_[next]->name() != node.attribute_or("name", {}))
                return;
            const auto* made = domains_[next++].get();
            for (const auto& alias : aliases_of(node))
                if (!alias.empty()) names_.emplace(directory_key(alias), made);
        });
    }

    config_ptr tree_;
    std::vector<std::unique_ptr<indexed_domain>> domains_;
    std::unordered_map<std::string, const indexed_domain*> names_;
    token reloads_;
};

}  // namespace

std::unique_ptr<directory> make_directory(configuration& config) {
    return std::make_unique<xml_directory>(config);
}

}  // namespace strowger
