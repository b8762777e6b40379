// The control loop's side of a TCP or TLS connection.
#pragma once

#include "transport/stream_hub.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace strowger::sofia {

class connection;

// What is known of a connection when it is established.
struct stream_facts {
    transport_kind kind = transport_kind::tcp;
    address local, remote;
    bool accepted = true;
    tls_peer tls;
};

// Made on the edge thread and handed to the control loop, which alone calls it from then on; the
// block of numbers below is shared with the edge thread.
class stream_flow final : public flow {
public:
    stream_flow(hub_ptr hub, executor edge, stream_facts facts);
    // The edge thread's side, when the control loop takes the flow over. Until then only that side
    // holds this one: what is never taken over leaves nothing behind.
    void attach(std::shared_ptr<connection> wire) noexcept;

    const std::string& id() const noexcept override { return id_; }
    transport_kind kind() const noexcept override { return facts_.kind; }
    const address& local() const noexcept override { return facts_.local; }
    const address& remote() const noexcept override { return facts_.remote; }
    bool accepted() const noexcept override { return facts_.accepted; }
    bool alive() const noexcept override { return alive_; }
    const tls_peer& tls() const noexcept override { return facts_.tls; }
    result<void> send(std::string bytes) override;
    void close(std::string_view reason) override;
    void authenticate(std::string user) override;

    // A message was taken over; lets the edge thread read on when it had stopped.
    void handled();
    // The connection is closed already.
    void ended() noexcept;
    // "tls/192.0.2.1:40312", for the log. Any thread.
    std::string name() const;

    // Shared with the edge thread.
    std::atomic<std::size_t> unsent{0};
    std::atomic<std::size_t> unhandled{0};
    std::atomic<bool> paused{false};  // reading stopped: too many messages unhandled
    std::atomic<bool> heard{false};   // a whole message or a ping came
    std::atomic<std::int64_t> last_heard_ms;

private:
    const hub_ptr hub_;
    const executor edge_;
    const std::string id_;
    const stream_facts facts_;
    std::shared_ptr<connection> wire_;  // null before attach() and once it ended
    bool alive_ = true;
};

}  // namespace strowger::sofia
