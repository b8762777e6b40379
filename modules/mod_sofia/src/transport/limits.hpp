// How many connections there may be, in all and from one peer, and how many lines the log takes
// about them. Any thread.
#pragma once

#include <strowger/error.hpp>
#include <strowger/log.hpp>

#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace strowger::sofia {

class connection_limits : public std::enable_shared_from_this<connection_limits> {
public:
    connection_limits(std::size_t most, std::size_t most_per_peer) noexcept
        : most_(most), most_per_peer_(most_per_peer) {}

    // A place for one connection; it is free again when the last copy goes.
    using place = std::shared_ptr<const void>;
    // errc::limit_reached says which limit.
    result<place> admit(const boost::asio::ip::address& peer);
    std::size_t taken() const;

private:
    void leave(const boost::asio::ip::address& peer) noexcept;
    const std::size_t most_, most_per_peer_;
    mutable std::mutex lock_;
    std::size_t taken_ = 0;
    std::map<boost::asio::ip::address, std::size_t> peers_;
};

// A log for what strangers cause: at most ten lines a minute of each kind, then a count.
class stranger_log {
public:
    explicit stranger_log(logger& log) noexcept : log_(log) {}
    enum class kind { refused, handshake, garbage, datagram, sending, kinds };
    void write(kind about, log_level level, std::string_view text);
    // From the profile's tick.
    void minute_passed();

private:
    static constexpr int most = 10;
    logger& log_;
    std::atomic<int> written_[static_cast<std::size_t>(kind::kinds)] = {};
};

}  // namespace strowger::sofia
