// A listening TCP socket. It is opened on the control loop; accepting runs on an edge thread.
#pragma once

#include "transport/sockets.hpp"
#include "transport/stream_hub.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace strowger::sofia {

class listener : public std::enable_shared_from_this<listener> {
public:
    listener(hub_ptr hub, transport_kind kind, unique_fd listening);
    void start();
    void close();
    const address& at() const noexcept { return at_; }

private:
    void wait();
    void accept_some();
    void take(unique_fd fd, const address& peer);
    void rest();

    const hub_ptr hub_;
    const transport_kind kind_;
    const executor edge_;
    unique_fd listening_;  // until it starts
    const address at_;
    // Edge thread.
    std::optional<boost::asio::posix::stream_descriptor> descriptor_;
    std::optional<boost::asio::steady_timer> resting_;
};

}  // namespace strowger::sofia
