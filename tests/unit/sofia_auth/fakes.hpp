// A directory and a flow that the tests fill in.
#pragma once

#include "transport/flow.hpp"

#include <strowger/directory.hpp>

#include <map>
#include <string>
#include <vector>

namespace strowger::sofia {

class fake_directory final : public directory {
public:
    std::shared_ptr<directory_user> add(std::string id, std::string domain,
                                        std::string password = {}) {
        auto user = std::make_shared<directory_user>();
        user->id = id;
        user->domain = domain;
        if (!password.empty()) user->params.set("password", std::move(password));
        users_[{std::move(id), std::move(domain)}] = user;
        return user;
    }
    std::shared_ptr<const directory_user> find(std::string_view user,
                                               std::string_view domain) const override {
        for (const auto& [key, known] : users_)
            if (key.second == domain && (key.first == user || known->number_alias == user))
                return known;
        return nullptr;
    }
    std::optional<std::string> domain(std::string_view name) const override {
        for (const auto& [key, known] : users_)
            if (key.second == name) return key.second;
        return std::nullopt;
    }
    std::vector<std::string> domains() const override {
        std::vector<std::string> out;
        for (const auto& [key, known] : users_)
            if (out.empty() || out.back() != key.second) out.push_back(key.second);
        return out;
    }
    std::vector<std::string> users(std::string_view) const override { return {}; }

private:
    std::map<std::pair<std::string, std::string>, std::shared_ptr<directory_user>> users_;
};

class fake_flow final : public flow {
public:
    explicit fake_flow(std::string_view remote, transport_kind kind = transport_kind::udp,
                       std::string id = "flow-1")
        : id_(std::move(id)), kind_(kind), remote_(*parse_address(remote, 5060)) {}
    const std::string& id() const noexcept override { return id_; }
    transport_kind kind() const noexcept override { return kind_; }
    const address& local() const noexcept override { return local_; }
    const address& remote() const noexcept override { return remote_; }
    bool accepted() const noexcept override { return true; }
    bool alive() const noexcept override { return alive_; }
    const tls_peer& tls() const noexcept override { return tls_; }
    result<void> send(std::string) override { return {}; }
    void close(std::string_view) override { alive_ = false; }

private:
    std::string id_;
    transport_kind kind_;
    address local_, remote_;
    tls_peer tls_;
    bool alive_ = true;
};

}  // namespace strowger::sofia
