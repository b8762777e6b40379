// What tests of transports need: a transport on loopback with everything it tells recorded, and a
// client on a raw socket, with or without TLS, that the test's own thread drives.
#pragma once

#include "certificates.hpp"
#include "test_context.hpp"
#include "transport/byte_stream.hpp"
#include "transport/sockets.hpp"
#include "transport/transport.hpp"

#include <gtest/gtest.h>

#include <dirent.h>
#include <sys/socket.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strowger::sofia::testing {

using namespace strowger::testing;

inline std::string request(std::string_view method, std::string_view via, std::string_view id,
                           std::string_view body = {}) {
    return cat(method, " sip:1000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/", via,
               " 127.0.0.1:5999;branch=z9hG4bK", id,
               "\r\nMax-Forwards: 70\r\nFrom: <sip:1001@127.0.0.1>;tag=a\r\nTo: "
               "<sip:1000@127.0.0.1>\r\nCall-ID: ",
               id, "\r\nCSeq: 1 ", method, "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

struct recorded final : transport_events {
    struct heard_message {
        std::string call_id;
        flow_ptr from;
    };
    std::vector<heard_message> messages;
    std::vector<std::pair<flow_ptr, std::string>> ended;
    void received(message what, const flow_ptr& from) override {
        messages.push_back({std::string(what.call_id()), from});
    }
    void flow_closed(const flow_ptr& which, std::string_view reason) override {
        ended.emplace_back(which, std::string(reason));
    }
};

// A non-blocking client.
class client {
public:
    explicit client(const address& server) {
        fd_ = unique_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        auto raw = to_system(server);
        connected = ::connect(fd_.get(), reinterpret_cast<sockaddr*>(raw.bytes), raw.length) == 0;
        timeval soon{0, 1000};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    }
    void send(std::string_view bytes) {
        ASSERT_EQ(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    // Takes what is there; true while the server has not closed.
    bool pump() {
        char room[4096];
        auto got = ::recv(fd_.get(), room, sizeof room, MSG_DONTWAIT);
        if (got > 0) text.append(room, static_cast<std::size_t>(got));
        if (got == 0 || (got < 0 && errno != EAGAIN)) open = false;
        return open;
    }
    address local() const { return local_address(fd_.get()); }
    int fd() const { return fd_.get(); }
    void close() { fd_ = unique_fd(); }

    bool connected = false, open = true;
    std::string text;

private:
    unique_fd fd_;
};

inline std::size_t open_descriptors() {
    std::size_t count = 0;
    auto* folder = ::opendir("/proc/self/fd");
    while (::readdir(folder)) ++count;
    ::closedir(folder);
    return count;
}

// A transport on 127.0.0.1 at ports of the system's choice.
struct house {
    explicit house(transport_settings wanted = {}) {
        if (wanted.ip.empty()) wanted.ip = "127.0.0.1";
        if (wanted.profile.empty()) wanted.profile = "internal";
        wanted.port = 0;
        wanted.tls.port = 0;
        sip = make_transport(core, std::move(wanted), events);
        sip->start();
    }
    ~house() {
        sip->stop();
        sip.reset();
        events.messages.clear();
        events.ended.clear();
        core.poll();
    }
    address at(transport_kind kind) const {
        for (const auto& each : sip->listeners())
            if (each.kind == kind) return each.at;
        return {};
    }
    std::string down(transport_kind kind) const {
        for (const auto& each : sip->listeners())
            if (each.kind == kind) return each.up ? "up" : each.reason;
        return "none";
    }
    std::size_t heard() const { return events.messages.size(); }
    // Connects and waits for the outcome.
    result<flow_ptr> connect(transport_kind kind, const address& to, const std::string& name) {
        std::optional<result<flow_ptr>> outcome;
        sip->connect(kind, to, name, [&](result<flow_ptr> got) { outcome = std::move(got); });
        core.run_until([&] { return outcome.has_value(); });
        if (!outcome) return fail(errc::internal, "no outcome");
        return *outcome;
    }

    test_context core{"mod_sofia"};
    recorded events;
    std::unique_ptr<transport> sip;
};

}  // namespace strowger::sofia::testing
