#include "resolver.hpp"

#include <strowger/text.hpp>

#include <boost/asio/ip/udp.hpp>

#include <memory>

namespace strowger::sofia {

namespace {

using udp = boost::asio::ip::udp;

// One question. Kept by its handler and its alarm; answered once.
struct question {
    explicit question(executor on) : asks(on) {}
    void answer(result<std::vector<boost::asio::ip::address>> found) {
        alarm.reset();
        if (auto tell = std::exchange(done, nullptr)) tell(std::move(found));
    }
    udp::resolver asks;
    token alarm;
    std::function<void(result<std::vector<boost::asio::ip::address>>)> done;
};

}  // namespace

void resolver::find(const std::string& host, std::uint16_t port, bool ipv6,
                    std::function<void(result<address>)> done) {
    find_all(host, ipv6,
             [port, done = std::move(done)](result<std::vector<boost::asio::ip::address>> found) {
                 if (!found) return done(found.error());
                 done(address{found->front(), port});
             });
}

void resolver::find_all(const std::string& host, bool ipv6,
                        std::function<void(result<std::vector<boost::asio::ip::address>>)> done) {
    boost::system::error_code not_numeric;
    auto ip = boost::asio::ip::make_address(host, not_numeric);
    if (!not_numeric) return done(std::vector<boost::asio::ip::address>{ip});
    auto asked = std::make_shared<question>(core_.executor());
    asked->done = std::move(done);
    std::weak_ptr<question> weak = asked;
    asked->alarm = core_.clock().after(deadline, [weak, host] {
        auto late = weak.lock();
        if (!late) return;
        late->asks.cancel();
        late->answer(fail(errc::timed_out, cat("the name ", host,
                                               " was not resolved within 5 seconds; is the "
                                               "system's DNS server reachable?")));
    });
    asked->asks.async_resolve(
        ipv6 ? udp::v6() : udp::v4(), host, "",
        [asked, host](boost::system::error_code bad, udp::resolver::results_type found) {
            if (!asked->done) return;
            if (bad || found.empty())
                return asked->answer(fail(
                    errc::not_found, cat("the name ", host, " has no address: ", bad.message())));
            std::vector<boost::asio::ip::address> all;
            for (const auto& each : found) all.push_back(each.endpoint().address());
            asked->answer(std::move(all));
        });
}

}  // namespace strowger::sofia
