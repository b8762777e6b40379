// The end of a generation: stopped, drained of its uses, destroyed, passed by every thread,
// unmapped.
#include "loader/loader.hpp"

#include <strowger/events.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace strowger {

namespace {
// How long a stopped module that nobody uses may take to end its coroutines and handlers.
constexpr seconds longest_stop{5};
}  // namespace

void loader::retire(generation_ptr which, std::string why) {
    which->now = generation::phase::stopping;
    which->reason = std::move(why);
    shared_.names.hide(which->uses.leases, true);
    which->stop();
    boost::asio::co_spawn(shared_.loop, drain(which), [this](std::exception_ptr thrown) {
        if (!thrown) return;
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& failed) {
            log_.error("the end of a module failed: ", failed.what());
        } catch (...) {
            log_.error("the end of a module failed");
        }
    });
}

task<> loader::pause(steady_time::duration how_long) {
    boost::asio::steady_timer timer(shared_.loop, how_long);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

task<> loader::drain(generation_ptr which) {
    steady_time::duration step = milliseconds(1);
    auto alone_since = real::now();
    while (which->uses.total() != 0) {
        auto holders = which->holders(shared_.calls.size());
        // As long as calls or commands hold it, it goes on in good order.
        if (which->uses.leases.count() != 0) alone_since = real::now();
        if (which->now == generation::phase::stopping && real::now() - alone_since > longest_stop) {
            quarantine(*which, cat("it was told to stop and does not end: ", holders));
        } else if (which->now == generation::phase::stopping) {
            which->reason = std::move(holders);
        }
        co_await pause(step);
        step = std::min<steady_time::duration>(step * 2, milliseconds(250));
    }
    which->now = generation::phase::stopping;  // it may have come to its senses
    which->destroy();
    // What its destructor cancelled comes back now.
    auto deadline = real::now() + seconds(5);
    while (which->uses.total() != 0 && real::now() < deadline) co_await pause(milliseconds(1));
    if (which->uses.total() != 0) {
        quarantine(*which, cat("it was destroyed and is still used: ", which->holders(0)));
        co_return;
    }
    bool passed = co_await pass_all_threads();
    if (!passed || which->uses.total() != 0) {
        quarantine(*which, "a thread of the core did not come back from its work in time");
        co_return;
    }
    if (auto left = which->threads.inside(*which->copy); !left.empty()) {
        quarantine(*which, cat(left,
                               ": a module ends and joins its threads in stop() or its "
                               "destructor"));
        co_return;
    }
    if (!which->close()) {
        quarantine(*which,
                   "its code stays mapped (a thread_local with a destructor, or a unique "
                   "symbol: see docs/modules.md)");
        co_return;
    }
    log_.notice("unloaded ", which->about.name, " (generation ", which->number, ")");
    shared_.bus.publish(module_unload{which->about.name, which->file});
    std::erase(all_, which);
}

// The last lease still returns through the module's code: only when every thread has done
// something else since, nobody is inside any more.
task<bool> loader::pass_all_threads() {
    struct sentinel {
        std::shared_ptr<std::atomic<std::size_t>> left;
        ~sentinel() { left->fetch_sub(1); }
    };
    auto left = std::make_shared<std::atomic<std::size_t>>(0);
    auto one = [&left] {
        left->fetch_add(1);
        return std::shared_ptr<sentinel>(new sentinel{left});
    };
    for (const auto* group : {&shared_.edges, &shared_.handshakes})
        for (auto* each : *group) boost::asio::post(*each, [mark = one()] {});
    for (auto* each : shared_.media) each->post([mark = one()] {});
    boost::asio::post(shared_.loop, [mark = one()] {});
    auto marks = shared_.pool.marks();
    auto deadline = real::now() + seconds(5);
    while (left->load() != 0 || !shared_.pool.passed(marks)) {
        if (real::now() > deadline) co_return false;
        co_await pause(milliseconds(1));
    }
    co_return true;
}

void loader::quarantine(generation& which, std::string why) {
    which.now = generation::phase::quarantined;
    which.reason = std::move(why);
    log_.error(which.about.name, " (generation ", which.number, ") is left mapped: ", which.reason);
}

task<bool> loader::wait_gone(generation_ptr which, steady_time deadline) {
    while (listed(*which) && which->now != generation::phase::quarantined) {
        if (real::now() >= deadline) co_return false;
        co_await pause(milliseconds(2));
    }
    co_return !listed(*which);
}

// Hides the names and waits until nobody holds anything of the module; else shows them again.
task<result<void>> loader::wait_unused(generation_ptr which, bool force, steady_time deadline) {
    struct hidden {
        registry_table& names;
        generation_ptr which;
        bool give_back = true;
        ~hidden() {
            if (give_back) names.hide(which->uses.leases, false);
        }
    };
    shared_.names.hide(which->uses.leases, true);
    hidden guard{shared_.names, which};
    if (force) shared_.calls.hangup_all(hangup_cause::manager_request);
    steady_time::duration step = milliseconds(1);
    while (which->uses.leases.count() != 0) {
        if (ending_) co_return fail(errc::cancelled, "the program ends");
        if (real::now() >= deadline)
            co_return fail(
                errc::busy,
                cat(which->about.name, " is in use: ", which->holders(shared_.calls.size()),
                    "; try again when that has ended, or end its calls with -f"));
        co_await pause(step);
        step = std::min<steady_time::duration>(step * 2, milliseconds(50));
    }
    guard.give_back = false;
    co_return result<void>();
}

task<result<void>> loader::unload_in_turn(std::string name, bool force, milliseconds patience) {
    auto which = running(name);
    if (!which) {
        auto there = any(name);
        if (!there) co_return fail(errc::not_found, cat(name, " is not loaded"));
        co_return fail(errc::busy, cat(name, " is stopping already: ", there->reason));
    }
    if (auto free = not_needed(name); !free) co_return free;
    auto deadline = real::now() + patience;
    auto unused = co_await wait_unused(which, force, deadline);
    if (!unused) co_return unused;
    if (!listed(*which) || which->now != generation::phase::running)
        co_return fail(errc::busy, cat(name, " was stopped meanwhile"));
    if (auto free = not_needed(name); !free) {  // loaded while we waited
        shared_.names.hide(which->uses.leases, false);
        co_return free;
    }
    retire(which, "it was told to stop");
    deadline = std::max(deadline, real::now() + seconds(2));
    bool gone = co_await wait_gone(which, deadline);
    if (gone) co_return result<void>();
    co_return fail(errc::busy, cat(name, " was stopped and is left mapped: ", which->reason));
}

task<bool> loader::stop_all(steady_time deadline) {
    ending_ = true;
    for (;;) {
        generation_ptr youngest;
        for (const auto& each : all_)
            if (each->now == generation::phase::running) youngest = each;
        if (!youngest) break;
        retire(youngest, "the program ends");
        auto until = std::min(deadline, real::now() + seconds(2));
        bool gone = co_await wait_gone(youngest, until);
        if (!gone) log_.warning(youngest->about.name, " has not ended: ", youngest->reason);
    }
    while ((!all_.empty() || !turns_.empty()) && real::now() < deadline) {
        bool unsure = std::all_of(all_.begin(), all_.end(), [](const auto& each) {
            return each->now == generation::phase::quarantined;
        });
        if (unsure && turns_.empty()) break;
        co_await pause(milliseconds(5));
    }
    co_return all_.empty();
}

}  // namespace strowger
