#include "runtime/waiter.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace strowger {

namespace asio = boost::asio;

task<bool> waiter::wait_until(clock& time, steady_time deadline) {
    if (std::exchange(woken_, false)) co_return true;
    late_ = false;
    token alarm;
    if (deadline != steady_time::max())
        alarm = time.at(deadline, [this] {
            late_ = true;
            sleeper_.cancel();
        });
    auto completion = asio::as_tuple(asio::use_awaitable);
    co_await sleeper_.async_wait(completion);
    auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return std::exchange(woken_, false) || !late_;
}

void waiter::wake() noexcept {
    woken_ = true;
    sleeper_.cancel();
}

}  // namespace strowger
