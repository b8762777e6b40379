// A layer between a fake wire and a user that notes what it hears, on a clock turned by hand.
#pragma once

#include <strowger/testing/captured_log.hpp>
#include <strowger/testing/manual_clock.hpp>
#include "message/build.hpp"
#include "transaction/layer.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace strowger::sofia {

using namespace std::chrono_literals;

class fake_flow final : public flow {
public:
    fake_flow(transport_kind kind, const std::string& remote)
        : kind_(kind), remote_(*parse_address(remote, 5060)) {}
    const std::string& id() const noexcept override { return id_; }
    transport_kind kind() const noexcept override { return kind_; }
    const address& local() const noexcept override { return local_; }
    const address& remote() const noexcept override { return remote_; }
    bool accepted() const noexcept override { return true; }
    bool alive() const noexcept override { return open; }
    const tls_peer& tls() const noexcept override { return peer_; }
    result<void> send(std::string bytes) override {
        if (!open) return fail(errc::closed, "the connection is gone");
        sent.push_back(std::move(bytes));
        return {};
    }
    void close(std::string_view) override { open = false; }

    bool open = true;
    std::vector<std::string> sent;

private:
    transport_kind kind_;
    std::string id_ = "node-1-1";
    address local_ = *parse_address("192.0.2.1:5060", 5060);
    address remote_;
    tls_peer peer_;
};

// The first line of each message.
inline std::vector<std::string> first_lines(const std::vector<std::string>& messages) {
    std::vector<std::string> lines;
    for (const auto& each : messages) lines.push_back(each.substr(0, each.find("\r\n")));
    return lines;
}

class dialogue : public ::testing::Test, public transaction_user {
protected:
    explicit dialogue(transaction_limits limits = {}) {
        layer = make_transaction_layer(
            time, log, transaction_timers{}, *this,
            [](const flow&) { return std::string("192.0.2.1:5060"); },
            [this](const address& to) {
                elsewhere = std::make_shared<fake_flow>(transport_kind::udp, to_string(to));
                return flow_ptr(elsewhere);
            },
            limits);
    }

    void request(const server_transaction_ptr& what) override {
        requests.push_back(what);
        if (on_request) on_request(what);
    }
    void ack(message what, const flow_ptr&) override { acks.push_back(std::move(what)); }
    void stray_response(message what, const flow_ptr&) override {
        strays.push_back(std::move(what));
    }

    // A request of a phone at 198.51.100.7:5060; `extra` are header lines.
    static std::string text_of(const std::string& method, const std::string& branch,
                               const std::string& extra = "", const std::string& to_tag = "") {
        return method +
               " sip:1001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7;branch=" + branch +
               "\r\nMax-Forwards: 70\r\nFrom: <sip:1000@192.0.2.1>;tag=f1\r\n" +
               "To: <sip:1001@192.0.2.1>" + (to_tag.empty() ? "" : ";tag=" + to_tag) +
               "\r\nCall-ID: c1\r\nCSeq: 1 " + method + "\r\n" + extra +
               "Content-Length: 0\r\n\r\n";
    }
    void receive(const std::string& text) { receive(text, udp); }
    void receive(const std::string& text, const std::shared_ptr<fake_flow>& from) {
        layer->received(std::move(*message::parse(text)), from);
    }
    std::vector<std::string> sent() { return first_lines(std::exchange(udp->sent, {})); }

    // The client side.
    client_transaction_ptr call(const std::string& method, const std::shared_ptr<fake_flow>& over) {
        request_parts parts;
        parts.method = method;
        parts.request_uri = "sip:1001@198.51.100.7";
        parts.routes = {"<sip:198.51.100.7;lr>"};
        parts.from = "<sip:1000@192.0.2.1>;tag=l1";
        parts.to = "<sip:1001@192.0.2.1>";
        parts.call_id = "c2";
        parts.cseq = 5;
        client_events events;
        events.response = [this](message what) { responses.push_back(std::move(what)); };
        events.failed = [this](int status, std::string_view why) {
            failures.push_back(std::to_string(status) + " " + std::string(why));
        };
        return layer->send(std::move(*make_request(parts)), over, std::move(events));
    }
    void answer(const std::string& request, int status, const std::string& tag = "r1") {
        answer(request, status, tag, udp);
    }
    void answer(const std::string& request, int status, const std::string& tag,
                const std::shared_ptr<fake_flow>& from) {
        receive(make_response(*message::parse(request), status, {}, tag).print(), from);
    }
    std::vector<int> statuses() {
        std::vector<int> all;
        for (auto& each : responses) all.push_back(each.status());
        return all;
    }

    strowger::testing::manual_clock time;
    strowger::testing::captured_log captured;
    logger log{"mod_sofia", captured, log_level::debug};
    std::shared_ptr<fake_flow> udp =
        std::make_shared<fake_flow>(transport_kind::udp, "198.51.100.7:5060");
    std::shared_ptr<fake_flow> tls =
        std::make_shared<fake_flow>(transport_kind::tls, "198.51.100.7:40000");
    std::shared_ptr<fake_flow> elsewhere;
    std::vector<server_transaction_ptr> requests;
    std::function<void(const server_transaction_ptr&)> on_request;
    std::vector<message> acks, strays, responses;
    std::vector<std::string> failures;
    std::unique_ptr<transaction_layer> layer;
};

}  // namespace strowger::sofia
