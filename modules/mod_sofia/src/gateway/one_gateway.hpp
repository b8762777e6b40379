// One gateway at work: registers, renews, pings, and knows how it stands. Control loop only.
#pragma once

#include "gateway/gateway.hpp"
#include "gateway/target.hpp"

#include <map>

namespace strowger::sofia {

struct gateway_services {
    context& core;
    transaction_layer& transactions;
    flow_finder find_flow;
    address_finder find_addresses;
    std::function<std::string(transport_kind)> contact_host;
};

class one_gateway {
public:
    one_gateway(gateway_services& services, gateway_settings settings);
    ~one_gateway();
    one_gateway(const one_gateway&) = delete;
    one_gateway& operator=(const one_gateway&) = delete;

    void start();
    void stop();
    void flow_closed(const flow_ptr& which);
    bool speaks_on(const flow& from) const noexcept;
    const gateway_settings& settings() const noexcept { return status_.settings; }
    gateway_status& status() noexcept { return status_; }
    const gateway_status& status() const noexcept { return status_; }

private:
    enum class purpose { registering, unregistering, ping };
    // What each request of this gateway needs; one of each purpose at a time.
    struct exchange {
        client_transaction_ptr transaction;
        flow_ptr over;
        unsigned tries = 0;  // with credentials, for one registration
    };

    void begin_register();
    void begin_ping();
    void look_up_hosts();
    void find_and_send(purpose why);
    void send(purpose why, const flow_ptr& over);
    std::string request_uri(purpose why) const;
    void answered(purpose why, const message& response);
    void registered(const message& response);
    void challenged(purpose why, message response);
    void failed(purpose why, std::string reason);
    void change(gateway_state to, std::string reason);
    exchange& of(purpose why) noexcept { return why == purpose::ping ? ping_ : register_; }

    gateway_services& services_;
    gateway_status status_;
    target send_to_;
    std::string from_tag_, call_id_, ping_call_id_;
    std::uint32_t cseq_ = 0;
    std::uint32_t wanted_expiry_ = 0;
    unsigned failures_ = 0;
    unsigned losses_ = 0;  // of the connection, each soon after a registration
    steady_time registered_at_{};
    message challenge_;  // the last one, answered in advance the next time
    std::uint32_t nonce_count_ = 0;
    exchange register_, ping_;
    // Where it may call from: its proxies, and what they were last resolved to.
    std::map<std::string, std::vector<boost::asio::ip::address>> hosts_;
    bool stopping_ = false;
    std::shared_ptr<one_gateway*> self_;
    token register_timer_, ping_timer_, hosts_timer_;
};

}  // namespace strowger::sofia
