// mod_sofia on loopback with fake media, dialplan and store: what a phone beside it sees.
#pragma once

#include <strowger/testing/fake_media.hpp>
#include <strowger/testing/fake_settings.hpp>
#include "bus/make.hpp"
#include "call/make.hpp"
#include "test_context.hpp"

#include "profile/service.hpp"

#include <strowger/registration_store.hpp>

#include <boost/asio/ip/udp.hpp>

#include <memory>
#include <string>
#include <vector>

namespace strowger::sofia::testing {

using namespace strowger::testing;

class memory_store final : public registration_store {
public:
    explicit memory_store(boost::asio::io_context& loop) : loop_(loop) {}
    void apply(binding_change change, std::function<void(result<void>)> done) override {
        for (const auto& contact : change.remove)
            std::erase_if(all, [&](const binding& each) { return each.contact == contact; });
        for (auto& each : change.put) {
            std::erase_if(all, [&](const binding& old) { return old.contact == each.contact; });
            all.push_back(std::move(each));
        }
        boost::asio::post(loop_, [done = std::move(done)] { done({}); });
    }
    std::vector<const binding*> find(std::string_view user,
                                     std::string_view domain) const override {
        std::vector<const binding*> out;
        for (const auto& each : all)
            if (each.user == user && each.domain == domain) out.push_back(&each);
        return out;
    }
    void each(const std::function<void(const binding&)>& visit) const override {
        for (const auto& one : all) visit(one);
    }
    std::size_t size() const noexcept override { return all.size(); }
    std::vector<binding> all;

private:
    boost::asio::io_context& loop_;
};

class one_domain final : public directory {
public:
    one_domain() {
        auto user = std::make_shared<directory_user>();
        user->id = "1000";
        user->domain = "127.0.0.1";
        user->params.set("password", "secret");
        user->vars.set("user_context", "inside");
        alice = user;
    }
    std::shared_ptr<const directory_user> find(std::string_view user,
                                               std::string_view domain_name) const override {
        return user == alice->id && domain_name == alice->domain ? alice : nullptr;
    }
    std::optional<std::string> domain(std::string_view name) const override {
        if (name == alice->domain) return alice->domain;
        return std::nullopt;
    }
    std::vector<std::string> domains() const override { return {alice->domain}; }
    std::vector<std::string> users(std::string_view) const override { return {alice->id}; }
    std::shared_ptr<directory_user> alice;
};

class pbx {
public:
    pbx() {
        core.use_bus = facts.get();
        core.use_registry = names.get();
        core.use_config = &config;
        core.use_directory = &people;
        all_calls = make_calls(
            {core.loop.get_executor(), core.manual, *facts, *names, config, people, core.log()});
        core.use_calls = all_calls.get();
        keep(names->provide<media_engine>("media_engine/1", engine));
        keep(names->provide<dialplan>("dialplan/XML", plan));
        keep(names->provide<registration_store>("registration_store/1", store));
        profiles = std::make_unique<service>(core);
        keep(names->provide<endpoint>("endpoint/sofia", *profiles));
    }
    ~pbx() {
        all_calls->hangup_all(hangup_cause::system_shutdown);
        core.poll();
        profiles->stop();
        core.poll();
        all_calls.reset();
        tokens.clear();
        profiles.reset();
        core.poll();
    }
    void keep(result<token> given) { tokens.push_back(std::move(given.value())); }

    profile_settings settings(std::string name) const {
        profile_settings out;
        out.name = std::move(name);
        out.transport.profile = out.auth.profile = out.registrar.profile = out.name;
        out.transport.ip = out.media_ip = "127.0.0.1";
        out.transport.port = 0;
        out.auth.auth_calls = false;
        out.context = "public";
        out.user_agent = "Strowger";
        return out;
    }
    void start(std::vector<profile_settings> all) {
        sofia_settings out;
        out.profiles = std::move(all);
        profiles->start(std::move(out));
        port = 0;
        for (const auto& each : profiles->profiles().front()->listeners())
            if (each.kind == transport_kind::udp && each.up) port = each.at.port;
    }
    bool until(const std::function<bool()>& met) {
        return core.run_until([&] {
            core.manual.advance(std::chrono::milliseconds(0));
            return met();
        });
    }

    class counter final : public use_counter {};
    counter uses;
    test_context core{"mod_sofia"};
    std::unique_ptr<bus> facts = make_bus(core.log());
    std::unique_ptr<registry_table> table = make_registry_table();
    std::unique_ptr<registry> names = table->for_module("mod_sofia", uses);
    fake_configuration config;
    one_domain people;
    fake_engine engine;
    fake_dialplan plan;
    memory_store store{core.loop};
    std::unique_ptr<calls> all_calls;
    std::unique_ptr<service> profiles;
    std::vector<token> tokens;
    std::uint16_t port = 0;
};

// A phone: a UDP socket.
class phone {
public:
    explicit phone(pbx& to)
        : pbx_(to), socket_(to.core.loop, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
        socket_.non_blocking(true);
    }
    std::uint16_t port() const { return socket_.local_endpoint().port(); }
    // A request; its Via, From and Call-ID are this phone's.
    std::string request(std::string_view method, unsigned cseq, std::string_view more = {},
                        std::string_view to_tag = {}, std::string_view sdp = {}) {
        auto out = cat(method, " sip:1001@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:", port(),
                       ";branch=z9hG4bK-", method, '-', cseq, ";rport\r\n",
                       "From: <sip:1000@127.0.0.1>;tag=phone\r\nTo: <sip:1001@127.0.0.1>",
                       to_tag.empty() ? "" : ";tag=", to_tag, "\r\nCall-ID: call-", port(),
                       "\r\nCSeq: ", cseq, ' ', method, "\r\n",
                       more.find("Max-Forwards") == more.npos ? "Max-Forwards: 70\r\n" : "",
                       "Contact: <sip:1000@127.0.0.1:", port(), ">\r\n", more);
        if (!sdp.empty()) out += "Content-Type: application/sdp\r\n";
        return cat(out, "Content-Length: ", sdp.size(), "\r\n\r\n", sdp);
    }
    void send(const std::string& text) {
        boost::asio::ip::udp::endpoint to{boost::asio::ip::make_address("127.0.0.1"), pbx_.port};
        socket_.send_to(boost::asio::buffer(text), to);
    }
    // The next message, whole; empty when none came.
    std::string receive() {
        std::string out;
        pbx_.until([&] {
            char bytes[65536];
            boost::asio::ip::udp::endpoint from;
            boost::system::error_code none;
            auto size = socket_.receive_from(boost::asio::buffer(bytes), from, 0, none);
            if (!none) out.assign(bytes, size);
            return !out.empty();
        });
        return out;
    }
    std::string ask(const std::string& text) {
        send(text);
        return receive();
    }
    std::string status(const std::string& text) {
        auto answer = ask(text);
        return answer.substr(0, answer.find("\r\n"));
    }

private:
    pbx& pbx_;
    boost::asio::ip::udp::socket socket_;
};

inline std::string line(const std::string& of, std::string_view name) {
    auto at = of.find(cat("\r\n", name, ": "));
    if (at == of.npos) return {};
    at += name.size() + 4;
    return of.substr(at, of.find("\r\n", at) - at);
}

}  // namespace strowger::sofia::testing
