// Names to addresses: digits at once, others through the system's resolver (hosts file, A and AAAA
// records). Control loop only.
#pragma once

#include "transport/flow.hpp"

#include <strowger/context.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace strowger::sofia {

class resolver {
public:
    explicit resolver(context& core) : core_(core) {}

    // Of a name only addresses of that family are taken: the profile's own. `done` is called once,
    // from the control loop, at the latest after the deadline; never from within for a name, at
    // once for digits. errc::not_found, timed_out.
    void find(const std::string& host, std::uint16_t port, bool ipv6,
              std::function<void(result<address>)> done);
    // All of them, at least one.
    void find_all(const std::string& host, bool ipv6,
                  std::function<void(result<std::vector<boost::asio::ip::address>>)> done);

private:
    static constexpr std::chrono::seconds deadline{5};
    context& core_;
};

}  // namespace strowger::sofia
