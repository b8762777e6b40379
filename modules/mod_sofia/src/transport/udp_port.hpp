// The UDP socket of a profile: received and sent on the control loop, which alone calls this.
#pragma once

#include "transport/sockets.hpp"
#include "transport/stream_hub.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::sofia {

class udp_port : public std::enable_shared_from_this<udp_port> {
public:
    // Datagrams that may be SIP; keep-alives are dealt with here.
    using handler = std::function<void(std::string_view bytes, const address& peer)>;

    udp_port(hub_ptr hub, unique_fd socket, handler hear);
    void start();
    void close();
    bool open_now() const noexcept { return descriptor_.has_value(); }
    const address& at() const noexcept { return at_; }
    // errc::limit_reached: the socket takes nothing and the queue is full; the datagram is lost,
    // as any datagram may be. errc::io_error: the system refuses it.
    result<void> send(std::string bytes, const address& peer);

private:
    struct datagram {
        std::string bytes;
        address peer;
    };
    void wait_readable();
    void wait_writable();
    void receive_some();
    void take(std::string_view bytes, const address& peer);
    void flush();
    int put(std::string_view bytes, const address& peer) noexcept;

    const hub_ptr hub_;
    const handler hear_;
    const address at_;
    std::optional<boost::asio::posix::stream_descriptor> descriptor_;
    std::vector<char> room_;
    std::deque<datagram> queue_;
    std::size_t queued_bytes_ = 0;
    bool waiting_writable_ = false;
};

}  // namespace strowger::sofia
