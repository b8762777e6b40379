// What a channel's coroutine waits for. Each wait ends with the channel.
#include "call/call_table.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace strowger {
namespace {

// For a coroutine that is not the channel's own run, which hangup() does not cancel.
void stop_when_ended(const call_channel& who) {
    if (who.ended()) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

}  // namespace

task<> call_channel::sleep(steady_time::duration how_long) {
    auto self = shared_from_this();
    stop_when_ended(*this);
    auto& time = table_->at().clock;
    auto deadline = time.now() + how_long;
    waiter pause(table_->at().loop);
    watching mine(self, pause);
    while (time.now() < deadline) {
        auto next = pause.wait_until(time, deadline);
        co_await std::move(next);
        stop_when_ended(*this);
    }
}

task<std::optional<char>> call_channel::read_digit(steady_time::duration how_long) {
    auto self = shared_from_this();
    stop_when_ended(*this);
    auto& time = table_->at().clock;
    auto deadline = time.now() + how_long;
    waiter pause(table_->at().loop);
    watching mine(self, pause);
    while (digits_.empty()) {
        if (time.now() >= deadline) co_return std::nullopt;
        auto next = pause.wait_until(time, deadline);
        co_await std::move(next);
        stop_when_ended(*this);
    }
    char first = digits_.front();
    digits_.pop_front();
    co_return first;
}

task<bool> call_channel::changed(channel_state seen, steady_time::duration how_long) {
    auto self = shared_from_this();
    if (state_ != seen) co_return true;
    stop_when_ended(*this);
    auto& time = table_->at().clock;
    auto deadline = time.now() + how_long;
    waiter pause(table_->at().loop);
    watching mine(self, pause);
    while (state_ == seen) {
        if (time.now() >= deadline) co_return false;
        auto next = pause.wait_until(time, deadline);
        co_await std::move(next);
    }
    co_return true;
}

}  // namespace strowger
