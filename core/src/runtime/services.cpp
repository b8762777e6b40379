#include "runtime/services.hpp"

#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/generic/datagram_protocol.hpp>
#include <boost/asio/generic/raw_protocol.hpp>
#include <boost/asio/generic/seq_packet_protocol.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>

namespace strowger {

namespace asio = boost::asio;

void prepare_services(asio::io_context& on) {
    asio::steady_timer steady(on);
    asio::system_timer system(on);
    asio::high_resolution_timer high(on);

    asio::ip::tcp::socket tcp(on);
    asio::ip::tcp::acceptor tcp_acceptor(on);
    asio::ip::tcp::resolver tcp_resolver(on);
    asio::ip::udp::socket udp(on);
    asio::ip::udp::resolver udp_resolver(on);
    asio::ip::icmp::socket icmp(on);
    asio::ip::icmp::resolver icmp_resolver(on);

    asio::local::stream_protocol::socket local(on);
    asio::local::stream_protocol::acceptor local_acceptor(on);
    asio::local::datagram_protocol::socket local_datagram(on);
    asio::generic::stream_protocol::socket generic_stream(on);
    asio::generic::datagram_protocol::socket generic_datagram(on);
    asio::generic::raw_protocol::socket generic_raw(on);
    asio::generic::seq_packet_protocol::socket generic_seq(on);

    asio::posix::stream_descriptor descriptor(on);
    asio::readable_pipe readable(on);
    asio::writable_pipe writable(on);
    asio::signal_set signals(on);

    auto strand = asio::make_strand(on);
    auto erased_strand = asio::make_strand(asio::any_io_executor(on.get_executor()));
    asio::io_context::strand old_strand(on);

    using signature = void(boost::system::error_code);
    asio::experimental::channel<signature> channel(on, 1);
    asio::experimental::concurrent_channel<signature> concurrent_channel(on, 1);
}

}  // namespace strowger
