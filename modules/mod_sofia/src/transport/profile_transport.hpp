// The transports of a profile, put together. Control loop only.
#pragma once

#include "transport/listener.hpp"
#include "transport/stream_flow.hpp"
#include "transport/udp_flows.hpp"

#include <map>
#include <tuple>
#include <unordered_map>

namespace strowger::sofia {

class profile_transport final : public transport, stream_events {
public:
    profile_transport(context& core, transport_settings settings, transport_events& events);
    ~profile_transport() override;

    void start() override;
    void stop() override;
    result<void> reload_certificates() override;
    std::vector<listener_status> listeners() const override;
    transport_counters counters() const override;
    result<flow_ptr> datagram(const address& peer) override;
    void connect(transport_kind kind, const address& peer, std::string name,
                 std::function<void(result<flow_ptr>)> done) override;
    flow_ptr find(std::string_view flow_id) const override;
    std::vector<flow_ptr> flows() const override;
    address advertised(transport_kind kind) const override;
    void trace(bool on) override;

private:
    using connect_done = std::function<void(result<flow_ptr>)>;
    // RFC 5923, and pains with certificates: two names on one address are two connections.
    using pool_key = std::tuple<transport_kind, address, std::string>;
    struct pooled {
        std::shared_ptr<stream_flow> flow;  // null while it is being made
        std::uint64_t order = 0;
        std::vector<connect_done> waiting;
    };

    void opened(const std::shared_ptr<stream_flow>& flow, std::uint64_t order) override;
    void connect_failed(std::uint64_t order, error why) override;
    void received(message what, const std::shared_ptr<stream_flow>& from) override;
    void closed(const std::shared_ptr<stream_flow>& flow, std::string_view reason) override;

    void datagram_received(std::string_view bytes, const address& peer);
    bool start_plain();
    void start_tls();
    void add_listener(transport_kind kind, unique_fd listening);
    void set_status(transport_kind kind, const address& at, std::string problem);
    void tick();
    void close_quiet_connections();
    bool is_kept(const std::shared_ptr<stream_flow>& flow) const;

    context& core_;
    transport_events& events_;
    const hub_ptr hub_;
    address bind_ip_, advertised_ip_;
    bool running_ = false;
    std::vector<listener_status> status_;
    std::shared_ptr<udp_port> udp_;
    std::vector<std::shared_ptr<listener>> listeners_;
    udp_flows udp_flows_;
    std::unordered_map<std::string_view, std::shared_ptr<stream_flow>> streams_;  // by their own id
    std::map<pool_key, pooled> pool_;
    std::map<std::uint64_t, pool_key> orders_;
    std::uint64_t last_order_ = 0;
    milliseconds tick_every_;
    steady_time next_minute_;
    token tick_;
};

}  // namespace strowger::sofia
