#include "runtime/core.hpp"

#include "log/levels.hpp"
#include "log/problems.hpp"
#include "runtime/local_addresses.hpp"
#include "runtime/media_loop.hpp"
#include "runtime/services.hpp"

#include <strowger/events.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <random>

namespace strowger {

namespace {

constexpr seconds longest_end{12};

// Unique for every start of every PBX: a binding names it.
std::string new_node_id() {
    std::random_device random;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id;
    for (int i = 0; i < 4; ++i) {
        auto bits = random();
        for (int n = 0; n < 4; ++n) id += digits[(bits >> (4 * n)) & 15U];
    }
    return id;
}

std::unique_ptr<core_log> make_own_log(const core_options& options) {
    if (options.other_log != nullptr) return nullptr;
    log_options wanted;
    wanted.console = options.console;
    wanted.colour = options.colour;
    if (options.log_file) wanted.file = options.at.log + "/strowger.log";
    return make_log(wanted);
}

}  // namespace

core::core(core_options options)
    : options_(std::move(options)),
      own_log_(make_own_log(options_)),
      sink_(own_log_ ? *own_log_ : *options_.other_log),
      log_("core", sink_),
      bus_(make_bus(log_)),
      table_(make_registry_table()),
      registry_(table_->for_module("core", own_uses_.leases)),
      config_(make_configuration(config_settings(), log_)),
      directory_(make_directory(*config_)) {
    activity_.thread = "control";
    set_this_activity(&activity_);
    // Before anything else uses the loop: its services must be the core's.
    prepare_services(loop_);
    loop_executor_ = make_counted_executor(loop_, own_uses_.handlers);
    own_clock_ = make_real_clock(loop_executor_);
    clock_ = options_.other_clock != nullptr ? options_.other_clock : own_clock_.get();
    for (std::size_t i = 0; i < options_.edge_threads; ++i)
        edges_.push_back(std::make_unique<io_thread>(cat("strowger-edge", i), log_));
    for (std::size_t i = 0; i < options_.handshake_threads; ++i)
        handshakes_.push_back(std::make_unique<io_thread>(cat("strowger-tls", i), log_));
    pool_ = std::make_unique<pool>(options_.pool_threads);
    auto media_threads = options_.media_threads;
    if (media_threads == 0) media_threads = std::thread::hardware_concurrency() > 1 ? 2 : 1;
    for (std::size_t i = 0; i < media_threads; ++i)
        media_.push_back(make_media_loop(loop_executor_, cat("strowger-media", i)));
    calls_ = make_calls(
        call_services{loop_executor_, *clock_, *bus_, *registry_, *config_, *directory_, log_});
    shared_ = std::make_unique<shared_services>(shared_services{loop_,
                                                                {},
                                                                {},
                                                                {},
                                                                *pool_,
                                                                *clock_,
                                                                *bus_,
                                                                *table_,
                                                                *config_,
                                                                *directory_,
                                                                *calls_,
                                                                sink_,
                                                                new_node_id()});
    for (auto& each : edges_) shared_->edges.push_back(&each->context());
    for (auto& each : handshakes_) shared_->handshakes.push_back(&each->context());
    for (auto& each : media_) shared_->media.push_back(each.get());
    loader_options loading;
    loading.mod_dir = options_.at.mod;
    loading.run_dir = options_.at.run;
    loading.level = [this](std::string_view module) { return level_for(module); };
    loading.shutdown = [this] { shutdown(); };
    loader_ = std::make_unique<loader>(std::move(loading), *shared_, log_);
    follow_reloads();
    flush_log_later();
}

core::~core() {
    reloads_.reset();
    flushing_.reset();
    watchdog_.reset();
    loader_.reset();  // what is still mapped stays mapped
    calls_.reset();
    media_.clear();
    for (auto* group : {&edges_, &handshakes_})
        for (auto& each : *group) each->stop();
    pool_.reset();
    own_clock_->stop();
    set_this_activity(nullptr);
}

config_options core::config_settings() {
    const auto& at = options_.at;
    auto v4 = local_ip_v4();
    config_options settings;
    settings.conf_dir = at.conf;
    settings.overrides = options_.overrides;
    settings.predefined = {
        {"base_dir", at.base},
        {"conf_dir", at.conf},
        {"certs_dir", at.certs},
        {"log_dir", at.log},
        {"db_dir", at.db},
        {"mod_dir", at.mod},
        {"run_dir", at.run},
        {"sounds_dir", at.sounds},
        {"recordings_dir", at.recordings},
        {"local_ip_v4", v4},
        {"local_ip_v6", local_ip_v6()},
        {"domain", v4},
        {"hostname", host_name()},
    };
    settings.check = [this](const config_snapshot& tree, problems& found) {
        if (loader_) loader_->check_running(tree, found);
    };
    return settings;
}

log_level core::level_for(std::string_view module) const {
    auto config = config_->current();
    return config ? level_of(*config, module, log_level::info) : log_level::info;
}

void core::follow_reloads() {
    reloads_ = config_->on_reload([this](const config_ptr&) {
        log_.set_level(level_for("core"));
        loader_->apply_levels();
        bus_->publish(config_reloaded{});
    });
}

void core::flush_log_later() {
    if (!own_log_) return;
    flushing_ = clock_->after(seconds(1), [this] {
        own_log_->flush();
        auto dropped = own_log_->dropped();
        if (dropped != dropped_)
            log_.warning(dropped - dropped_,
                         " log records were dropped: the terminal or the disk "
                         "does not take them fast enough");
        dropped_ = dropped;
        flush_log_later();
    });
}

result<void> core::configure(problems& found) { return config_->reload(found); }

result<void> core::start() {
    auto config = config_->current();
    auto loaded = loader_->autoload(*config);
    if (!loaded) return loaded;
    bus_->publish(startup{});
    return {};
}

void core::check(problems& found) { loader_->check_all(*config_->current(), found); }

bool core::run() {
    // Not before: loading modules takes its time, and nobody waits for the loop yet.
    watchdog_ = make_watchdog(loop_, activity_, *bus_, log_);
    if (ending_) watchdog_->exit_after(longest_end);
    run_loop(loop_, log_);
    return clean_;
}

void core::shutdown() {
    if (std::exchange(ending_, true)) return;
    log_.notice("shutting down: ", calls_->size(), " channels are up");
    if (watchdog_) watchdog_->exit_after(longest_end);
    boost::asio::co_spawn(loop_, end_in_order(), [this](std::exception_ptr thrown) {
        if (thrown) log_.error("the shutdown was not in order");
        loop_work_.reset();
        loop_.stop();
    });
}

task<> core::end_in_order() {
    bus_->publish(shutting_down{});
    auto ended = calls_->hangup_all(hangup_cause::system_shutdown);
    // Real time: what is waited for are threads and peers.
    using real = std::chrono::steady_clock;
    auto deadline = real::now() + seconds(3);
    while (calls_->size() != 0 && real::now() < deadline) {
        boost::asio::steady_timer pause(loop_, milliseconds(10));
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
    if (ended != 0) {
        // A goodbye that is lost on its way is said once more (RFC 3261, 17.1.2.1: after T1).
        boost::asio::steady_timer pause(loop_, milliseconds(600));
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
    auto left = calls_->size();
    if (left != 0) log_.warning(left, " channels did not end in time");
    bool unmapped = co_await loader_->stop_all(real::now() + seconds(6));
    clean_ = unmapped && left == 0;
    if (clean_) log_.notice("all calls and modules have ended");
}

void core::reload() {
    log_.notice("reading the configuration anew");
    if (own_log_) own_log_->reopen();
    problems found;
    auto done = config_->reload(found);
    write_problems(log_, found);
    if (!done) log_.error(done.error().text);
}

}  // namespace strowger
