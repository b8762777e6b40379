// A configuration, a directory and a dialplan that tests fill by hand.
#pragma once

#include <strowger/channel.hpp>
#include <strowger/config.hpp>
#include <strowger/dialplan.hpp>
#include <strowger/directory.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace strowger::testing {

class fake_snapshot final : public config_snapshot {
public:
    const config_node& root() const noexcept override { return root_; }
    const config_node* section(std::string_view) const noexcept override { return nullptr; }
    const config_node* file(std::string_view name) const noexcept override {
        for (const auto& each : files)
            if (each.attribute_or("name", "") == name) return &each;
        return nullptr;
    }
    const std::string* global(std::string_view) const noexcept override { return nullptr; }
    std::vector<config_node> files;

    // <configuration name=…><settings><param …/></settings></configuration>
    void put(std::string file, std::vector<std::pair<std::string, std::string>> params) {
        config_node settings;
        settings.name = "settings";
        for (auto& [name, value] : params) {
            config_node param;
            param.name = "param";
            param.attributes = {{"name", name}, {"value", value}};
            settings.children.push_back(param);
        }
        config_node top;
        top.name = "configuration";
        top.attributes = {{"name", std::move(file)}};
        top.children.push_back(settings);
        files.push_back(top);
    }

private:
    config_node root_;
};

class fake_configuration final : public configuration, token_owner {
public:
    config_ptr current() const override { return snapshot; }
    std::string global(std::string_view name) const override {
        auto found = values.find(std::string(name));
        return found == values.end() ? std::string() : found->second;
    }
    void set_global(std::string_view name, std::string value) override {
        values[std::string(name)] = std::move(value);
    }
    std::vector<std::pair<std::string, std::string>> globals() const override {
        return {values.begin(), values.end()};
    }
    result<void> reload(problems&) override {
        for (auto& [id, hear] : hearers_) hear(snapshot);
        return {};
    }
    token on_reload(std::function<void(const config_ptr&)> hear) override {
        hearers_.emplace(++last_, std::move(hear));
        return token(*this, last_);
    }
    std::shared_ptr<fake_snapshot> snapshot = std::make_shared<fake_snapshot>();
    std::map<std::string, std::string> values;

private:
    void withdraw(std::uint64_t id) noexcept override { hearers_.erase(id); }
    std::map<std::uint64_t, std::function<void(const config_ptr&)>> hearers_;
    std::uint64_t last_ = 0;
};

class fake_directory final : public directory {
public:
    std::shared_ptr<const directory_user> find(std::string_view user,
                                               std::string_view domain_name) const override {
        for (const auto& each : people)
            if (each->id == user && each->domain == domain_name) return each;
        return nullptr;
    }
    std::optional<std::string> domain(std::string_view name) const override {
        return std::string(name);
    }
    std::vector<std::string> domains() const override { return {}; }
    std::vector<std::string> users(std::string_view) const override { return {}; }
    directory_user& add(std::string id, std::string domain_name, std::string dial_string) {
        auto user = std::make_shared<directory_user>();
        user->id = std::move(id);
        user->domain = std::move(domain_name);
        if (!dial_string.empty()) user->params.set("dial-string", std::move(dial_string));
        people.push_back(user);
        return *user;
    }
    std::vector<std::shared_ptr<directory_user>> people;
};

// Extensions by destination number; "*" takes the rest.
class fake_dialplan final : public dialplan {
public:
    result<route> find_route(channel& self, std::string_view context) override {
        asked.push_back(std::string(context) + "/" + self.caller().destination_number);
        auto found = extensions.find(self.caller().destination_number);
        if (found == extensions.end()) found = extensions.find("*");
        if (found == extensions.end()) return fail(errc::not_found, "no extension matched");
        return route{found->first, found->second};
    }
    std::map<std::string, std::vector<dialplan_action>> extensions;
    std::vector<std::string> asked;
};

}  // namespace strowger::testing
