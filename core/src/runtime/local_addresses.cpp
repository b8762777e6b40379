#include "runtime/local_addresses.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/ip/udp.hpp>

namespace strowger {

namespace asio = boost::asio;

namespace {

std::string source_towards(const char* address, const char* otherwise) {
    boost::system::error_code failed;
    asio::io_context unused;
    asio::ip::udp::socket socket(unused);
    asio::ip::udp::endpoint there(asio::ip::make_address(address), 9);
    socket.open(there.protocol(), failed);
    if (!failed) socket.connect(there, failed);
    if (failed) return otherwise;
    auto here = socket.local_endpoint(failed);
    return failed ? otherwise : here.address().to_string();
}

}  // namespace

std::string local_ip_v4() { return source_towards("192.0.2.1", "127.0.0.1"); }
std::string local_ip_v6() { return source_towards("2001:db8::1", "::1"); }

std::string host_name() {
    boost::system::error_code failed;
    auto name = asio::ip::host_name(failed);
    return failed || name.empty() ? "localhost" : name;
}

}  // namespace strowger
