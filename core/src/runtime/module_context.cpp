#include "runtime/module_context.hpp"

#include "runtime/waiter.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

namespace strowger {

namespace asio = boost::asio;

module_context::module_context(std::string name, log_level level, const shared_services& shared,
                               module_manager& modules, module_uses& uses)
    : name_(std::move(name)),
      shared_(shared),
      modules_(modules),
      uses_(uses),
      log_(name_, shared.log, level),
      bus_(make_bus_view(shared.bus)),
      registry_(shared.names.for_module(name_, uses.leases)),
      clock_(make_clock_view(shared.clock, lasting_name(name_))),
      executor_(make_counted_executor(shared.loop, uses.handlers)) {
    for (auto* each : shared.edges) edges_.push_back(make_counted_executor(*each, uses.handlers));
    for (auto* each : shared.handshakes)
        handshakes_.push_back(make_counted_executor(*each, uses.handlers));
}

module_context::~module_context() = default;

strowger::executor module_context::edge(std::size_t index) noexcept {
    return edges_[index % edges_.size()];
}

strowger::executor module_context::handshakes() noexcept {
    return handshakes_[next_handshake_.fetch_add(1, std::memory_order_relaxed) %
                       handshakes_.size()];
}

void module_context::spawn(std::string name, task<> work) {
    launch(std::move(name), {}, std::move(work));
}

void module_context::spawn_kept(std::string name, std::function<task<>()> work) {
    // Moved to its lasting place before it is called: the coroutine refers to it.
    auto kept = std::make_shared<std::function<task<>()>>(std::move(work));
    auto made = (*kept)();
    launch(
        std::move(name), [kept] { return (*kept)(); }, std::move(made));
}

void module_context::launch(std::string name, std::function<task<>()> maker, task<> work) {
    running_.emplace_back();
    auto which = std::prev(running_.end());
    which->name = std::move(name);
    which->counted = use(&uses_.work);
    which->maker = std::move(maker);
    auto slot = which->cancel.slot();
    asio::co_spawn(executor_, std::move(work),
                   asio::bind_cancellation_slot(slot, [this, which](std::exception_ptr thrown) {
                       ended(which, std::move(thrown));
                   }));
    if (!stopping_) return;
    log_.debug("\"", which->name, "\" was spawned after the module was told to stop: cancelled");
    which->cancel.emit(asio::cancellation_type::terminal);
}

void module_context::ended(running_list::iterator which, std::exception_ptr thrown) noexcept {
    if (thrown) {
        try {
            std::rethrow_exception(std::exchange(thrown, nullptr));
        } catch (const boost::system::system_error& failed) {
            if (!stopping_ || failed.code() != asio::error::operation_aborted)
                log_.error("\"", which->name, "\" ended with: ", failed.what());
        } catch (const std::exception& failed) {
            log_.error("\"", which->name, "\" ended with: ", failed.what());
        } catch (...) {
            log_.error("\"", which->name, "\" ended with an exception of an unknown type");
        }
    }
    running_list over;
    over.splice(over.begin(), running_, which);
    over.front().maker = nullptr;
}

void module_context::cancel_spawned() {
    stopping_ = true;
    // Cancelling may run coroutines, which may end and leave the list.
    std::vector<running_list::iterator> all;
    for (auto each = running_.begin(); each != running_.end(); ++each) all.push_back(each);
    for (auto& each : all) {
        auto post = [this, each] {
            for (auto now = running_.begin(); now != running_.end(); ++now)
                if (now == each) return now->cancel.emit(asio::cancellation_type::terminal);
        };
        asio::post(shared_.loop, std::move(post));
    }
}

std::vector<std::string> module_context::spawned() const {
    std::vector<std::string> names;
    for (const auto& each : running_) names.push_back(each.name);
    return names;
}

std::string module_context::drop_registrations() {
    std::string left;
    auto part = [&](std::string more) { left += (left.empty() ? "" : ", ") + more; };
    for (const auto& each : shared_.names.names_of(uses_.leases))
        part(cat("the ", each.kind, " ", each.name));
    auto count = [&](std::size_t how_many, std::string_view what) {
        if (how_many != 0) part(cat(how_many, " ", what, how_many == 1 ? "" : "s"));
    };
    count(bus_ ? bus_->subscriptions() : 0, "subscription");
    count(clock_ ? clock_->alarms() : 0, "alarm");
    registry_.reset();
    shared_.names.drop(uses_.leases);
    bus_.reset();
    clock_.reset();
    return left;
}

task<> module_context::sleep_until(steady_time when) {
    waiter sleeper(executor_);
    co_await sleeper.wait_until(*clock_, when);
}

void module_context::background(std::function<void()> work, std::function<void()> done) {
    // Destroyed on whichever thread runs last, before the use is returned.
    struct job {
        use counted;
        std::function<void()> work, done;
    };
    auto held = std::make_shared<job>(job{use(&uses_.work), std::move(work), std::move(done)});
    auto run = [this, held]() mutable {
        try {
            held->work();
        } catch (const std::exception& thrown) {
            log_.error("work on the pool threw: ", thrown.what());
        } catch (...) {
            log_.error("work on the pool threw an exception of an unknown type");
        }
        auto finish = [held = std::move(held)]() mutable {
            held->work = nullptr;
            if (held->done) held->done();
        };
        asio::post(executor_, std::move(finish));
    };
    std::function<void()> task = std::move(run);
    if (shared_.pool.post(task, lasting_name(name_))) return;
    // The stated overflow: the work is done here, so that whoever asks for too much waits for it.
    task();
}

task<> module_context::run_blocking(std::function<void()> work) {
    auto thrown = std::make_shared<std::exception_ptr>();
    auto over = std::make_shared<std::pair<waiter, bool>>(
        std::piecewise_construct, std::forward_as_tuple(executor_), std::forward_as_tuple(false));
    std::function<void()> guarded = [thrown, work = std::move(work)] {
        try {
            work();
        } catch (...) {
            *thrown = std::current_exception();
        }
    };
    std::function<void()> done = [over] {
        over->second = true;
        over->first.wake();
    };
    background(std::move(guarded), std::move(done));
    if (!over->second) co_await over->first.wait_until(*clock_, steady_time::max());
    if (*thrown) std::rethrow_exception(std::exchange(*thrown, nullptr));
}

}  // namespace strowger
