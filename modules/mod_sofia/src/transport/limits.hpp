// How many connections there may be: in all, and of strangers from one address (an office behind
// one address may have as many phones as prove to be somebody's); and how many lines the log takes
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
#include <string_view>

namespace strowger::sofia {

class connection_limits : public std::enable_shared_from_this<connection_limits> {
public:
    // `what` is counted, for the errors' text: "connections", "calls".
    connection_limits(std::size_t most, std::size_t most_per_peer,
                      std::string_view what = "connections") noexcept
        : most_(most), most_per_peer_(most_per_peer), what_(what) {}

    // A place for one connection; it is free again when the last copy goes.
    class ticket {
    public:
        ticket(std::shared_ptr<connection_limits> owner, boost::asio::ip::address peer)
            : owner_(std::move(owner)), peer_(std::move(peer)) {}
        ~ticket();
        ticket(const ticket&) = delete;
        ticket& operator=(const ticket&) = delete;
        // It is no stranger's any more. Any thread, more than once.
        void trust() noexcept;

    private:
        std::shared_ptr<connection_limits> owner_;
        boost::asio::ip::address peer_;
        std::atomic<bool> stranger_{true};
    };
    using place = std::shared_ptr<ticket>;
    // errc::limit_reached says which limit.
    result<place> admit(const boost::asio::ip::address& peer);
    std::size_t taken() const;

private:
    void forget_stranger(const boost::asio::ip::address& peer) noexcept;
    const std::size_t most_, most_per_peer_;
    const std::string_view what_;
    mutable std::mutex lock_;
    std::size_t taken_ = 0;
    std::map<boost::asio::ip::address, std::size_t> strangers_;
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
