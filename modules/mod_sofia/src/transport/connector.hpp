// Makes a connection to a server: TCP, then for TLS the handshake.
#pragma once

#include "transport/sockets.hpp"
#include "transport/stream_hub.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <optional>
#include <string>

namespace strowger::sofia {

class connector final : public attempt, public std::enable_shared_from_this<connector> {
public:
    struct target {
        transport_kind kind = transport_kind::tcp;
        address from, to;
        std::string name;  // the domain or IP address that a certificate must have
    };
    // Control loop. The outcome comes as stream_events::opened or connect_failed with `order`.
    static void start(hub_ptr hub, target whom, std::uint64_t order);

    connector(hub_ptr hub, target whom, std::uint64_t order);
    ~connector() override;
    void give_up(std::string why) override;

private:
    void begin();
    void connected();
    void secure(unique_fd fd);
    void finish(error why);

    const hub_ptr hub_;
    const executor edge_;
    const target whom_;
    const std::uint64_t order_;
    const std::int64_t deadline_;
    connection_limits::place place_;
    std::optional<boost::asio::posix::stream_descriptor> descriptor_;
    bool ended_ = false;
};

}  // namespace strowger::sofia
