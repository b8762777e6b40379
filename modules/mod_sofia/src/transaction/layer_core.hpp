// What both sides of the transaction layer stand on: time, the user, and how bytes leave.
#pragma once

#include "transaction/layer.hpp"
#include "transaction/route_back.hpp"
#include "transaction/timer_wheel.hpp"

#include <exception>
#include <functional>
#include <vector>

namespace strowger::sofia {

struct layer_core {
    layer_core(clock& on, logger& to, transaction_timers with, transaction_user& for_whom,
               std::function<std::string(const flow&)> host, datagram_factory factory,
               transaction_limits at_most)
        : time(on),
          log(to),
          timers(with),
          user(for_whom),
          via_host(std::move(host)),
          datagram(std::move(factory)),
          limits(at_most),
          wheel(on) {}

    // Calls what is the user's; an exception of it is logged and goes no further.
    template <class Call>
    void tell(Call&& call) noexcept {
        try {
            call();
        } catch (const std::exception& thrown) {
            log.error("a SIP transaction's user threw: ", thrown.what());
        } catch (...) {
            log.error("a SIP transaction's user threw something that is no std::exception");
        }
    }
    // Calls `work` soon, from the loop and not from within what runs now.
    void later(std::function<void()> work);
    // Sends an answer to a request that no transaction is kept for.
    void answer(const message& request, const flow_ptr& from, const message& response);
    void answer(const message& request, const flow_ptr& from, int status);

    clock& time;
    logger& log;
    transaction_timers timers;
    transaction_user& user;
    std::function<std::string(const flow&)> via_host;
    datagram_factory datagram;
    transaction_limits limits;
    transaction_counters counters;
    timer_wheel wheel;

private:
    std::vector<std::function<void()>> waiting_;
    token soon_;
};

}  // namespace strowger::sofia
