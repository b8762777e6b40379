// The channel's run: the coroutine that asks the dialplan and carries out its actions.
#include "call/call_table.hpp"

#include <strowger/dialplan.hpp>
#include <strowger/events.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace strowger {

namespace asio = boost::asio;

void call_channel::begin(job what) {
    if (ended() || !table_) return;
    next_job_ = std::move(what);
    if (running_)
        cancel_run();  // its end starts the next
    else
        start_run();
}

void call_channel::start_run() {
    job what = std::move(*next_job_);
    next_job_.reset();
    running_ = true;
    cancelled_ = false;
    ++run_number_;
    auto finished = [self = shared_from_this()](std::exception_ptr thrown) {
        self->run_ended(std::move(thrown));
    };
    asio::co_spawn(table_->at().loop, run(std::move(what)),
                   asio::bind_cancellation_slot(stop_run_.slot(), std::move(finished)));
}

void call_channel::cancel_run() {
    if (!running_ || cancelled_) return;
    cancelled_ = true;
    // Asio hands a cancellation over within the loop: from elsewhere it must wait, and mean this
    // run.
    asio::dispatch(table_->at().loop, [self = shared_from_this(), number = run_number_] {
        if (self->running_ && self->run_number_ == number)
            self->stop_run_.emit(asio::cancellation_type::terminal);
    });
}

void call_channel::run_ended(std::exception_ptr thrown) {
    running_ = false;
    application_.clear();
    application_data_.clear();
    if (!table_) return;
    if (thrown && !cancelled_) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& what) {
            table_->at().log.error(caller_.chan_name, ": the call failed: ", what.what());
        } catch (...) {
            table_->at().log.error(caller_.chan_name, ": the call failed for an unknown reason");
        }
        hangup(hangup_cause::destination_out_of_order, {});
    }
    if (!ended() && next_job_) return start_run();
    settle();
}

task<> call_channel::run(job what) {
    auto self = shared_from_this();
    co_await asio::post(table_->at().loop, asio::use_awaitable);
    if (ended() || cancelled_) co_return;
    if (what.application.empty()) {
        auto all = run_dialplan();
        co_await std::move(all);
    } else {
        auto one = run_application(std::move(what.application), std::move(what.data));
        if (!co_await std::move(one)) co_return;
        hangup(hangup_cause::normal_clearing, {});
    }
}

task<> call_channel::run_dialplan() {
    if (state_ == channel_state::starting) state_ = channel_state::routing;
    std::vector<dialplan_action> actions;
    {
        auto plan = table_->at().registry.find<dialplan>(cat("dialplan/", caller_.dialplan));
        if (!plan) {
            auto why = cat("there is no dialplan \"", caller_.dialplan,
                           "\": is its module loaded? (mod_dialplan gives \"XML\")");
            table_->at().log.error(caller_.chan_name, ": ", why);
            hangup(hangup_cause::no_route_destination, why);
            co_return;
        }
        auto found = plan->find_route(*this, caller_.context);
        if (ended() || cancelled_) co_return;
        if (!found) {
            table_->at().log.notice(caller_.chan_name, ": no route: ", found.error().text);
            hangup(hangup_cause::no_route_destination, found.error().text);
            co_return;
        }
        actions = std::move(found->actions);
    }
    for (auto& action : actions) {
        auto data = expand(action.data);
        auto one = run_application(std::move(action.application), std::move(data));
        if (!co_await std::move(one)) co_return;
    }
    hangup(hangup_cause::normal_clearing, {});
}

task<bool> call_channel::run_application(std::string name, std::string data) {
    auto found = table_->at().registry.find_application(name);
    if (!found) {
        auto why = cat("there is no application \"", name, "\": is its module loaded?");
        table_->at().log.error(caller_.chan_name, ": ", why);
        hangup(hangup_cause::destination_out_of_order, why);
        co_return false;
    }
    application_ = name;
    application_data_ = shown({}, data);
    table_->at().bus.publish(channel_execute{{*this}});
    std::string failure;
    try {
        auto work = found->run(*this, std::move(data));
        co_await std::move(work);
    } catch (const std::exception& thrown) {
        failure = thrown.what();
    } catch (...) {
        failure = "an exception of an unknown type";
    }
    application_.clear();
    application_data_.clear();
    if (ended() || cancelled_) co_return false;
    if (!failure.empty()) {
        table_->at().log.error(caller_.chan_name, ": application ", name, " failed: ", failure);
        hangup(hangup_cause::destination_out_of_order, cat("application ", name, " failed"));
        co_return false;
    }
    co_return true;
}

void call_channel::transfer(std::string destination, std::string dialplan, std::string context) {
    constexpr unsigned most_hops = 50;
    if (ended() || !table_) return;
    // Only transfers without a pause between them are a loop: a menu may go round all day.
    auto now = table_->at().clock.now();
    if (now - last_hop_ > std::chrono::seconds(1)) hops_ = 0;
    last_hop_ = now;
    if (++hops_ > most_hops) {
        auto why = cat("a loop: ", most_hops, " transfers in a row, the last to ", destination);
        table_->at().log.error(caller_.chan_name, ": ", why);
        return hangup(hangup_cause::exchange_routing_error, why);
    }
    caller_.destination_number = std::move(destination);
    if (!dialplan.empty()) caller_.dialplan = std::move(dialplan);
    if (!context.empty()) caller_.context = std::move(context);
    if (auto other = partner()) {
        bool ours = bridge_owner_;
        separate(*other);
        // The bridge was ours, and the other had its place in the call by it alone. It ends, unless
        // it is sent elsewhere as well: both legs may be transferred, in either order.
        if (ours)
            asio::post(table_->at().loop, [other] {
                bool goes_on = other->next_job_ || (other->running_ && !other->cancelled_);
                if (!goes_on && !other->partner()) other->hangup(hangup_cause::normal_clearing, {});
            });
    }
    begin(job{});
}

}  // namespace strowger
