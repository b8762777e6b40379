// A directory with one user, 1000 of example.com.
#pragma once

#include <strowger/directory.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::fuzz {

class one_directory final : public directory {
public:
    one_directory() : user_(std::make_shared<directory_user>()) {
        user_->id = "1000";
        user_->domain = "example.com";
        user_->params.set("password", "correct horse");
    }
    std::shared_ptr<const directory_user> find(std::string_view user,
                                               std::string_view domain) const override {
        return user == user_->id && domain == user_->domain ? user_ : nullptr;
    }
    std::optional<std::string> domain(std::string_view name) const override {
        return name == user_->domain ? std::optional(user_->domain) : std::nullopt;
    }
    std::vector<std::string> domains() const override { return {user_->domain}; }
    std::vector<std::string> users(std::string_view) const override { return {user_->id}; }

private:
    std::shared_ptr<directory_user> user_;
};

}  // namespace strowger::fuzz
