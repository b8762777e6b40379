#include "loader/loader.hpp"

#include "log/problems.hpp"

#include <strowger/abi.hpp>
#include <strowger/events.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace strowger {

namespace {

bool is_module_name(std::string_view name) noexcept {
    return !name.empty() && name.size() < 60 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

// What stays mapped at the end is kept for ever: its counters and contexts may still be used.
void keep_for_ever(std::shared_ptr<generation> which) {
    static auto& kept = *new std::vector<std::shared_ptr<generation>>;
    which->now = generation::phase::quarantined;
    kept.push_back(std::move(which));
}

}  // namespace

loader::loader(loader_options options, const shared_services& shared, logger& log)
    : options_(std::move(options)),
      shared_(shared),
      log_(log),
      copies_(options_.run_dir),
      turns_(shared.loop) {
    if (options_.abi_tag.empty()) options_.abi_tag = STROWGER_ABI_TAG;
}

loader::~loader() {
    for (auto& each : all_) keep_for_ever(std::move(each));
}

std::string loader::path_of(std::string_view name) const {
    return cat(options_.mod_dir, "/", name, ".so");
}

loader::generation_ptr loader::running(std::string_view name) const {
    for (const auto& each : all_)
        if (each->about.name == name && each->now == generation::phase::running) return each;
    return nullptr;
}

loader::generation_ptr loader::any(std::string_view name) const {
    if (auto found = running(name)) return found;
    for (const auto& each : all_)
        if (each->about.name == name) return each;
    return nullptr;
}

bool loader::listed(const generation& which) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const auto& each) { return each.get() == &which; });
}

std::string loader::needed_by(std::string_view name) const {
    std::string names;
    for (const auto& each : all_)
        if (each->now == generation::phase::running &&
            std::find(each->about.needs.begin(), each->about.needs.end(), name) !=
                each->about.needs.end())
            names += (names.empty() ? "" : ", ") + each->about.name;
    return names;
}

// ---- load

// Everything that can be refused without running the module's code.
result<loader::generation_ptr> loader::prepare(std::string name, std::string file,
                                               std::string shown) {
    auto bytes = read_file(file);
    if (!bytes) return bytes.error();
    auto about = read_stamp(*bytes, shown);
    if (!about) return about.error();
    if (about->name != name)
        return fail(errc::invalid_argument, cat(shown, " is the module ", about->name, ", not ",
                                                name, ": a module's file carries its name"));
    auto fits = compare_tags(cat(name, " (", shown, ")"), about->tag, options_.abi_tag);
    if (!fits) return fits.error();
    for (const auto& need : about->needs)
        if (!running(need))
            return fail(errc::unavailable,
                        cat(name, " needs ", need, ", which is not loaded: load ", need, " first"));
    auto copy = copies_.write(name, *bytes);
    if (!copy) return copy.error();
    auto level = options_.level ? options_.level(name) : log_level::info;
    return std::make_shared<generation>(*about, std::move(shown), ++generations_, *copy, level,
                                        shared_, *this);
}

// From here on its code runs. A failure retires it: it ends like any other module.
result<void> loader::bring_up(generation_ptr which) {
    all_.push_back(which);
    auto up = which->open();
    if (up) {
        problems found;
        if (auto config = shared_.config.current()) up = which->check(*config, found);
        write_problems(log_, found);
    }
    if (up) up = which->start();
    if (up) return up;
    retire(which, "it did not start");
    return up;
}

result<loader::generation_ptr> loader::load_file(std::string name, std::string file,
                                                 std::string shown) {
    auto made = prepare(std::move(name), std::move(file), std::move(shown));
    if (!made) return made;
    auto up = bring_up(*made);
    if (!up) return up.error();
    auto& what = **made;
    log_.notice("loaded ", what.about.name, " ", what.about.version, " (generation ", what.number,
                ")");
    shared_.bus.publish(module_load{what.about.name, what.file});
    return made;
}

result<void> loader::load_now(std::string name) {
    if (!is_module_name(name))
        return fail(errc::invalid_argument,
                    cat("\"", name, "\" is no module's name: one looks like mod_commands"));
    if (ending_) return fail(errc::cancelled, cat(name, " is not loaded: the program ends"));
    if (auto there = any(name)) {
        if (there->now == generation::phase::running)
            return fail(errc::already_exists,
                        cat(name, " is loaded already; \"reload ", name, "\" takes a new file"));
        if (!there->about.side_by_side)
            return fail(errc::busy, cat(name, " is still stopping (", there->reason,
                                        ") and cannot run twice: wait for its end"));
    }
    auto file = path_of(name);
    auto loaded = load_file(std::move(name), file, file);
    if (!loaded) return loaded.error();
    return {};
}

// One that is just ending, or that did not start, is waited for: the next order finds no trace of
// it. A generation that drains for as long as its calls last hinders nobody.
task<> loader::settle(std::string name) {
    auto there = any(name);
    if (!there || there->now != generation::phase::stopping) co_return;
    if (there->about.side_by_side && there->uses.leases.count() != 0) co_return;
    co_await wait_gone(there, shared_.clock.now() + seconds(2));
}

task<result<void>> loader::load_in_turn(std::string name) {
    co_await settle(name);
    auto loaded = load_now(name);
    if (!loaded) {
        log_.error("a module was not loaded: ", loaded.error().text);
        co_await settle(name);
    }
    co_return loaded;
}

// ---- the end of a generation

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
    while (which->uses.total() != 0) {
        which->reason = which->holders(shared_.calls.size());
        co_await pause(step);
        step = std::min<steady_time::duration>(step * 2, milliseconds(250));
    }
    which->destroy();
    // What its destructor cancelled comes back now.
    auto deadline = shared_.clock.now() + seconds(5);
    while (which->uses.total() != 0 && shared_.clock.now() < deadline)
        co_await pause(milliseconds(1));
    if (which->uses.total() != 0) {
        quarantine(*which, cat("it was destroyed and is still used: ", which->holders(0)));
        co_return;
    }
    bool passed = co_await pass_all_threads();
    if (!passed || which->uses.total() != 0) {
        quarantine(*which, "a thread of the core did not come back from its work in time");
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
    auto deadline = shared_.clock.now() + seconds(5);
    while (left->load() != 0 || !shared_.pool.passed(marks)) {
        if (shared_.clock.now() > deadline) co_return false;
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
        if (shared_.clock.now() >= deadline) co_return false;
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
        if (shared_.clock.now() >= deadline)
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
    if (auto others = needed_by(name); !others.empty())
        co_return fail(errc::busy, cat(others, " needs ", name, ": unload ", others, " first"));
    auto deadline = shared_.clock.now() + patience;
    auto unused = co_await wait_unused(which, force, deadline);
    if (!unused) co_return unused;
    if (!listed(*which) || which->now != generation::phase::running)
        co_return fail(errc::busy, cat(name, " was stopped meanwhile"));
    if (auto others = needed_by(name); !others.empty()) {  // loaded while we waited
        shared_.names.hide(which->uses.leases, false);
        co_return fail(errc::busy, cat(others, " needs ", name, ": unload ", others, " first"));
    }
    retire(which, "it was told to stop");
    deadline = std::max(deadline, shared_.clock.now() + seconds(2));
    bool gone = co_await wait_gone(which, deadline);
    if (gone) co_return result<void>();
    co_return fail(errc::busy, cat(name, " was stopped and is left mapped: ", which->reason));
}

// ---- all of them

std::vector<module_row> loader::list() const {
    std::vector<module_row> rows;
    for (const auto& each : all_) {
        module_row row;
        row.name = each->about.name;
        row.version = each->about.version;
        row.file = each->file;
        row.uses = each->uses.total();
        row.generation = each->number;
        row.needs = each->about.needs;
        row.state = each->now == generation::phase::running    ? "running"
                    : each->now == generation::phase::stopping ? cat("stopping: ", each->reason)
                                                               : cat("quarantined: ", each->reason);
        for (auto& entry : shared_.names.names_of(each->uses.leases))
            row.registered.emplace_back(std::move(entry.kind), std::move(entry.name));
        rows.push_back(std::move(row));
    }
    return rows;
}

task<bool> loader::stop_all(steady_time deadline) {
    ending_ = true;
    for (;;) {
        generation_ptr youngest;
        for (const auto& each : all_)
            if (each->now == generation::phase::running) youngest = each;
        if (!youngest) break;
        retire(youngest, "the program ends");
        auto until = std::min(deadline, shared_.clock.now() + seconds(2));
        bool gone = co_await wait_gone(youngest, until);
        if (!gone) log_.warning(youngest->about.name, " has not ended: ", youngest->reason);
    }
    while ((!all_.empty() || !turns_.empty()) && shared_.clock.now() < deadline) {
        bool unsure = std::all_of(all_.begin(), all_.end(), [](const auto& each) {
            return each->now == generation::phase::quarantined;
        });
        if (unsure && turns_.empty()) break;
        co_await pause(milliseconds(5));
    }
    co_return all_.empty();
}

void loader::apply_levels() {
    if (!options_.level) return;
    for (const auto& each : all_) each->context().log().set_level(options_.level(each->about.name));
}

}  // namespace strowger
