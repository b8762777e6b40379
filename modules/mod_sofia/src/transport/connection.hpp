// The edge thread's side of a TCP or TLS connection: reads, cuts and parses messages and hands them
// to the control loop; writes what its flow is given. Everything here runs on its one edge thread.
#pragma once

#include "transport/byte_stream.hpp"
#include "transport/stream_flow.hpp"
#include "transport/stream_reader.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace strowger::sofia {

class connection : public std::enable_shared_from_this<connection> {
public:
    // From any thread: brings an established connection to an edge thread and tells the control
    // loop (stream_events::opened). `ssl` is null for TCP.
    static void open(hub_ptr hub, unique_fd fd, openssl_ptr<SSL> ssl, stream_facts facts,
                     connection_limits::place place, std::uint64_t order);

    connection(hub_ptr hub, executor edge, unique_fd fd, openssl_ptr<SSL> ssl,
               connection_limits::place place);
    void write(std::string_view bytes);
    // Closes it and tells the control loop, once.
    void shut(std::string_view reason);
    void resume() { pump(); }
    // Somebody we know is at the other end: it counts no more against its address.
    void trust() noexcept {
        if (place_) place_->trust();
    }

private:
    void pump();
    void read_some();
    void write_some();
    void take_items();
    void take_message(std::string_view bytes);
    void refuse(const stream_reader::item& what);
    void wait();
    bool open_now() const noexcept { return flow_ != nullptr; }

    const hub_ptr hub_;
    const executor edge_;
    std::shared_ptr<stream_flow> flow_;  // null once it is shut
    connection_limits::place place_;
    std::optional<boost::asio::posix::stream_descriptor> descriptor_;
    std::optional<byte_stream> stream_;  // after descriptor_: gone before it closes
    stream_reader reader_;
    std::string pending_;  // what the socket did not take yet
    std::size_t pending_at_ = 0;
    // What must happen before the next read or write can go on; TLS may read to write.
    bool read_needs_read_ = true, read_needs_write_ = false;
    bool write_needs_read_ = false, write_needs_write_ = false;
    bool waiting_read_ = false, waiting_write_ = false, again_ = false;
};

}  // namespace strowger::sofia
