// One side of a SIP conversation for tests of calls: the real transaction layer on a flow that
// keeps what was sent, and a clock that is turned by hand.
#pragma once

#include <strowger/testing/captured_log.hpp>
#include <strowger/testing/manual_clock.hpp>

#include "dialog/inbound.hpp"
#include "dialog/outbound.hpp"
#include "dialog/table.hpp"

#include <strowger/text.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace strowger::sofia::testing {

class fake_flow final : public flow {
public:
    fake_flow(transport_kind kind, address remote) : kind_(kind), remote_(remote) {
        local_ = {boost::asio::ip::make_address("192.0.2.10"), 5060};
    }
    const std::string& id() const noexcept override { return id_; }
    transport_kind kind() const noexcept override { return kind_; }
    const address& local() const noexcept override { return local_; }
    const address& remote() const noexcept override { return remote_; }
    bool accepted() const noexcept override { return true; }
    bool alive() const noexcept override { return alive_; }
    const tls_peer& tls() const noexcept override { return tls_; }
    result<void> send(std::string bytes) override {
        if (!alive_) return fail(errc::closed, "closed");
        sent.push_back(std::move(bytes));
        return {};
    }
    void close(std::string_view) override { alive_ = false; }

    std::deque<std::string> sent;

private:
    std::string id_ = "flow-1";
    transport_kind kind_;
    address local_, remote_;
    bool alive_ = true;
    tls_peer tls_;
};

// What the channel heard, as words: "answered tag sdp".
class heard_events final : public leg_events {
public:
    std::vector<std::string> heard;
    // What offered() gives.
    result<std::string> next_answer = std::string("v=answer\r\n");

    void ready() override { heard.push_back("ready"); }
    void ringing(std::string_view branch) override { heard.push_back(cat("ringing ", branch)); }
    void progressed(std::string_view branch, std::string_view sdp) override {
        heard.push_back(cat("progressed ", branch, ' ', trim(sdp)));
    }
    void answered(std::string_view branch, std::string_view sdp) override {
        heard.push_back(cat("answered ", branch, ' ', trim(sdp)));
    }
    void branch_ended(std::string_view branch) override {
        heard.push_back(cat("branch_ended ", branch));
    }
    void answer_received(std::string_view sdp) override {
        heard.push_back(cat("answer_received ", trim(sdp)));
    }
    result<std::string> offered(std::string_view sdp) override {
        heard.push_back(cat("offered ", trim(sdp)));
        return next_answer;
    }
    void reoffer_done(result<std::string> sdp) override {
        heard.push_back(sdp ? cat("reoffer_done ", trim(*sdp))
                            : cat("reoffer_done error: ", sdp.error().text));
    }
    void digit(char digit, std::chrono::milliseconds duration) override {
        heard.push_back(cat("digit ", digit, ' ', duration.count()));
    }
    void ended(hangup_cause cause, std::string_view text) override {
        heard.push_back(cat("ended ", to_string(cause), " (", text, ')'));
    }
    bool has(std::string_view word) const {
        for (const auto& each : heard)
            if (each == word) return true;
        return false;
    }
};

class world final : public session_host, public transaction_user {
public:
    explicit world(transport_kind kind = transport_kind::udp, std::string_view from = "192.0.2.1",
                   std::uint16_t port = 5060)
        : peer(std::make_shared<fake_flow>(
              kind, address{boost::asio::ip::make_address(std::string(from)), port})) {
        layer = make_transaction_layer(
            time, logger_, timers_, *this, [](const flow&) { return "192.0.2.10:5060"; },
            [this](const address& where) { return datagram(where); });
    }
    ~world() {
        leg.reset();
        table.clear();
        settle();
    }

    // ---- the far end ----
    // `text` with plain line ends; a body is what follows the first empty line.
    void receive(std::string_view text) { receive_on(text, peer); }
    void receive_on(std::string_view text, const flow_ptr& on) {
        std::string head, body;
        auto empty = text.find("\n\n");
        for (char c : text.substr(0, empty)) {
            if (c == '\n') head += '\r';
            head += c;
        }
        if (empty != text.npos)
            for (char c : text.substr(empty + 2)) {
                if (c == '\n') body += '\r';
                body += c;
            }
        auto wire = cat(head, "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
        auto parsed = message::parse(wire);
        if (!parsed) throw std::runtime_error("the test's message is broken: " + wire);
        layer->received(std::move(*parsed), on);
        settle();
    }
    // The oldest thing that we sent and that was not looked at, or empty.
    std::string next() {
        if (peer->sent.empty()) return {};
        auto out = std::move(peer->sent.front());
        peer->sent.pop_front();
        return out;
    }
    std::string next_start() {
        auto out = next();
        return out.substr(0, out.find("\r\n"));
    }
    void advance(std::chrono::milliseconds by) {
        time.advance(by);
        settle();
    }
    void settle() {
        // The layer defers some of its events by a timer that is due at once.
        time.advance(std::chrono::milliseconds(0));
        while (!posted.empty()) {
            auto work = std::move(posted.front());
            posted.pop_front();
            work();
        }
    }

    // ---- transaction_user ----
    void request(const server_transaction_ptr& what) override {
        if (auto session = table.find(what->request().call_id(), what->request().to_tag()))
            return session->request(what);
        if (what->request().method() != sip_method_invite || !what->request().to_tag().empty())
            return what->respond(481);
        auto session = inbound_session::make(*this, what);
        in = session;
        leg = std::make_unique<invite_leg>(session);
        leg->attach(events);
    }
    void ack(message what, const flow_ptr&) override {
        if (auto session = table.find(what.call_id(), what.to_tag())) session->ack(what);
    }
    void stray_response(message what, const flow_ptr&) override {
        if (auto session = table.find(what.call_id(), what.from_tag()))
            session->stray_success(what);
    }

    // ---- session_host ----
    transaction_layer& transactions() override { return *layer; }
    dialog_table& dialogs() override { return table; }
    strowger::clock& clock() override { return time; }
    logger& log() override { return logger_; }
    const transaction_timers& timers() const override { return timers_; }
    const std::string& user_agent() const override { return agent_; }
    std::string contact(const flow& on) const override {
        return cat("<sip:mod_sofia@192.0.2.10:5060",
                   on.reliable() ? cat(";transport=", to_string(on.kind())) : "", '>');
    }
    leg_facts facts(const flow* on, transport_kind planned, direction way) const override {
        leg_facts out;
        out.way = way;
        out.transport = std::string(to_string(on ? on->kind() : planned));
        if (on) out.remote_address = to_string(on->remote());
        return out;
    }
    flow_ptr datagram(const address& where) override {
        auto& made = others[to_string(where)];
        if (!made) made = std::make_shared<fake_flow>(transport_kind::udp, where);
        return made;
    }
    void later(std::function<void()> work) override { posted.push_back(std::move(work)); }

    strowger::testing::manual_clock time;
    strowger::testing::captured_log captured;
    std::deque<std::function<void()>> posted;
    std::map<std::string, std::shared_ptr<fake_flow>> others;
    std::shared_ptr<fake_flow> peer;
    dialog_table table;
    std::unique_ptr<transaction_layer> layer;
    heard_events events;
    std::weak_ptr<inbound_session> in;
    std::unique_ptr<invite_leg> leg;

private:
    logger logger_{"mod_sofia", captured, log_level::debug};
    transaction_timers timers_;
    std::string agent_ = "Strowger";
};

// The value of a header in text, or empty.
inline std::string header(const std::string& of, std::string_view name) {
    std::size_t at = 0;
    while ((at = of.find("\r\n", at)) != of.npos) {
        at += 2;
        auto end = of.find("\r\n", at);
        auto line = std::string_view(of).substr(at, end == of.npos ? of.npos : end - at);
        if (line.empty()) break;
        auto colon = line.find(':');
        if (colon != line.npos && iequals(trim(line.substr(0, colon)), name))
            return std::string(trim(line.substr(colon + 1)));
    }
    return {};
}
inline std::string body(const std::string& of) {
    auto at = of.find("\r\n\r\n");
    return at == of.npos ? "" : std::string(trim(std::string_view(of).substr(at + 4)));
}
inline std::string tag_of(const std::string& value) {
    auto at = value.find(";tag=");
    return at == value.npos ? "" : value.substr(at + 5);
}

}  // namespace strowger::sofia::testing
