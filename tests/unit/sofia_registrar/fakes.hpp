// What stands around a registrar in its tests: flows, a transport that knows some of them, a
// transaction that keeps its answer, a store whose commits the test carries out.
#pragma once

#include "transaction/layer.hpp"
#include "transport/transport.hpp"

#include <strowger/directory.hpp>
#include <strowger/registration_store.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace strowger::sofia {

class fake_directory final : public directory {
public:
    std::shared_ptr<directory_user> add(std::string id, std::string in) {
        auto user = std::make_shared<directory_user>();
        user->id = std::move(id);
        user->domain = std::move(in);
        all.push_back(user);
        return user;
    }
    std::shared_ptr<const directory_user> find(std::string_view user,
                                               std::string_view in) const override {
        for (const auto& known : all)
            if (known->domain == in && (known->id == user || known->number_alias == user))
                return known;
        return nullptr;
    }
    std::optional<std::string> domain(std::string_view name) const override {
        for (const auto& each : domains())
            if (each == name) return each;
        return std::nullopt;
    }
    std::vector<std::string> domains() const override {
        std::vector<std::string> out;
        for (const auto& known : all)
            if (std::find(out.begin(), out.end(), known->domain) == out.end())
                out.push_back(known->domain);
        return out;
    }
    std::vector<std::string> users(std::string_view) const override { return {}; }
    std::vector<std::shared_ptr<directory_user>> all;
};

class fake_configuration final : public configuration {
public:
    config_ptr current() const override { return nullptr; }
    std::string global(std::string_view name) const override {
        return name == "domain" ? "example.com" : "";
    }
    void set_global(std::string_view, std::string) override {}
    std::vector<std::pair<std::string, std::string>> globals() const override { return {}; }
    result<void> reload(problems&) override { return {}; }
    token on_reload(std::function<void(const config_ptr&)>) override { return {}; }
};

class fake_flow final : public flow {
public:
    fake_flow(std::string id, transport_kind kind, std::string_view remote)
        : id_(std::move(id)), kind_(kind), remote_(*parse_address(remote, 5060)) {}
    const std::string& id() const noexcept override { return id_; }
    transport_kind kind() const noexcept override { return kind_; }
    const address& local() const noexcept override { return local_; }
    const address& remote() const noexcept override { return remote_; }
    bool accepted() const noexcept override { return true; }
    bool alive() const noexcept override { return true; }
    const tls_peer& tls() const noexcept override { return tls_; }
    result<void> send(std::string) override { return {}; }
    void close(std::string_view) override {}

private:
    std::string id_;
    transport_kind kind_;
    address local_, remote_;
    tls_peer tls_;
};

class fake_transport final : public transport {
public:
    void start() override {}
    void stop() override {}
    result<void> reload_certificates() override { return {}; }
    std::vector<listener_status> listeners() const override { return {}; }
    transport_counters counters() const override { return {}; }
    result<flow_ptr> datagram(const address&) override {
        return fail(errc::unavailable, std::string("a test"));
    }
    void connect(transport_kind, const address&, std::string,
                 std::function<void(result<flow_ptr>)>) override {}
    flow_ptr find(std::string_view id) const override {
        for (const auto& one : live)
            if (one->id() == id) return one;
        return nullptr;
    }
    std::vector<flow_ptr> flows() const override { return live; }
    address advertised(transport_kind) const override { return {}; }
    void trace(bool) override {}
    std::vector<flow_ptr> live;
};

class fake_transaction final : public server_transaction {
public:
    fake_transaction(message request, flow_ptr from)
        : request_(std::move(request)), from_(std::move(from)) {}
    const message& request() const noexcept override { return request_; }
    const flow_ptr& from() const noexcept override { return from_; }
    bool answered() const noexcept override { return static_cast<bool>(answer); }
    void respond(message response) override { answer = std::move(response); }
    using server_transaction::respond;
    int status() const { return answer ? answer.status() : 0; }
    message answer;

private:
    message request_;
    flow_ptr from_;
};

// Memory only; a commit ends when the test says so.
class fake_store final : public registration_store {
public:
    explicit fake_store(clock& time) : time_(time) {}
    void apply(binding_change change, std::function<void(result<void>)> done) override {
        pending.emplace_back(std::move(change), std::move(done));
    }
    void commit(result<void> outcome = {}) {
        auto [change, done] = std::move(pending.front());
        pending.pop_front();
        if (outcome) write(change);
        done(outcome);
    }
    void write(const binding_change& change) {
        auto gone = [&](const std::string& contact) {
            std::erase_if(all, [&](const binding& one) {
                return one.user == change.user && one.domain == change.domain &&
                       one.contact == contact;
            });
        };
        for (const auto& contact : change.remove) gone(contact);
        for (const auto& one : change.put) {
            gone(one.contact);
            all.push_back(one);
        }
    }
    std::vector<const binding*> find(std::string_view user, std::string_view in) const override {
        std::vector<const binding*> out;
        for (const auto& one : all)
            if (one.user == user && one.domain == in && one.expires > time_.wall())
                out.push_back(&one);
        return out;
    }
    void each(const std::function<void(const binding&)>& visit) const override {
        for (const auto& one : all) visit(one);
    }
    std::size_t size() const noexcept override { return all.size(); }
    std::deque<std::pair<binding_change, std::function<void(result<void>)>>> pending;
    std::deque<binding> all;

private:
    clock& time_;
};

}  // namespace strowger::sofia
