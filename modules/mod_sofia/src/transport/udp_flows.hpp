// Flows of a UDP socket, one for each peer, found by address and by id. A bounded cache: the flow
// that was used least recently makes room. Control loop only.
#pragma once

#include "transport/udp_port.hpp"

#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace strowger::sofia {

class udp_flow final : public flow {
public:
    udp_flow(std::shared_ptr<udp_port> port, std::string id, const address& peer)
        : port_(std::move(port)), id_(std::move(id)), peer_(peer) {}
    const std::string& id() const noexcept override { return id_; }
    transport_kind kind() const noexcept override { return transport_kind::udp; }
    const address& local() const noexcept override { return port_->at(); }
    const address& remote() const noexcept override { return peer_; }
    bool accepted() const noexcept override { return true; }
    bool alive() const noexcept override { return true; }
    const tls_peer& tls() const noexcept override { return none_; }
    result<void> send(std::string bytes) override { return port_->send(std::move(bytes), peer_); }
    void close(std::string_view) override {}

private:
    const std::shared_ptr<udp_port> port_;
    const std::string id_;
    const address peer_;
    const tls_peer none_;
};

class udp_flows {
public:
    explicit udp_flows(std::size_t most) noexcept : most_(most) {}
    // The flow to `peer`, made now with an id from `hub` when there is none.
    const std::shared_ptr<udp_flow>& to(const address& peer, const std::shared_ptr<udp_port>& port,
                                        stream_hub& hub);
    std::shared_ptr<udp_flow> find(std::string_view id) const;
    std::size_t size() const noexcept { return by_use_.size(); }
    void clear() noexcept;

private:
    using place = std::list<std::shared_ptr<udp_flow>>::iterator;
    struct address_hash {
        std::size_t operator()(const address& of) const noexcept;
    };
    const std::size_t most_;
    std::list<std::shared_ptr<udp_flow>> by_use_;  // the latest first
    std::unordered_map<address, place, address_hash> by_peer_;
    std::unordered_map<std::string_view, place> by_id_;  // keys are the flows' own strings
};

}  // namespace strowger::sofia
