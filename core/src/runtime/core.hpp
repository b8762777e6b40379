// The PBX without its program: composes the parts in the right order and takes them down in order.
// Made, run and destroyed on one thread, which is the control loop's.
#pragma once

#include "bus/make.hpp"
#include "call/make.hpp"
#include "config/make.hpp"
#include "loader/loader.hpp"
#include "log/make.hpp"
#include "runtime/io_thread.hpp"
#include "runtime/module_context.hpp"
#include "runtime/real_clock.hpp"
#include "runtime/watchdog.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace strowger {

struct core_directories {
    std::string base, conf, certs, log, db, mod, run, sounds, recordings;
};

struct core_options {
    core_directories at;
    std::vector<std::pair<std::string, std::string>> overrides;  // -set
    bool console = true, colour = false, log_file = true;
    std::size_t edge_threads = 2, handshake_threads = 2, pool_threads = 4;
    std::size_t media_threads = 0;           // 0: one per processor, at most 2
    log_sink* other_log = nullptr;           // tests
    strowger::clock* other_clock = nullptr;  // tests
};

class core {
public:
    // Throws std::runtime_error when a directory or thread cannot be had.
    explicit core(core_options options);
    ~core();

    // Reads the configuration. Before anything else.
    result<void> configure(problems& found);
    // Loads the modules that the configuration names. An error: a critical one failed.
    result<void> start();
    // Instead of start(): asks every module what is wrong with the configuration.
    void check(problems& found);
    // Runs the control loop until shutdown() has done its work. True: everything ended in order;
    // else end the process without destroying this.
    bool run();
    // Ends calls, then modules, in order. Once; control loop.
    void shutdown();
    // SIGHUP: configuration, certificates (the modules' on_reload), log file. Control loop.
    void reload();

    boost::asio::io_context& loop() noexcept { return loop_; }
    // The control loop's executor, counted as the core's own work.
    executor loop_executor() noexcept { return loop_executor_; }
    loader& modules() noexcept { return *loader_; }
    core_log* written_log() noexcept { return own_log_.get(); }
    logger& log() noexcept { return log_; }
    strowger::bus& facts() noexcept { return *bus_; }
    strowger::calls& calls() noexcept { return *calls_; }
    registry& names() noexcept { return *registry_; }
    configuration& config() noexcept { return *config_; }
    strowger::clock& clock() noexcept { return *clock_; }
    std::chrono::microseconds loop_delay() const noexcept {
        return watchdog_ ? watchdog_->delay() : std::chrono::microseconds(0);
    }

private:
    config_options config_settings();
    log_level level_for(std::string_view module) const;
    void follow_reloads();
    void flush_log_later();
    task<> end_in_order();

    // What registers or counts outlives the loops, whose queues may hold tokens and uses.
    core_options options_;
    std::unique_ptr<core_log> own_log_;
    log_sink& sink_;
    logger log_;
    thread_activity activity_;
    module_uses own_uses_{"core"};
    std::unique_ptr<strowger::bus> bus_;
    std::unique_ptr<registry_table> table_;
    std::unique_ptr<registry> registry_;
    std::unique_ptr<configuration> config_;
    std::unique_ptr<strowger::directory> directory_;
    std::unique_ptr<real_clock> own_clock_;
    strowger::clock* clock_ = nullptr;  // that one, or the test's
    boost::asio::io_context loop_{1};
    executor loop_executor_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> loop_work_{
        loop_.get_executor()};
    std::vector<std::unique_ptr<io_thread>> edges_, handshakes_;
    std::unique_ptr<pool> pool_;
    std::vector<std::unique_ptr<media_loop>> media_;
    std::unique_ptr<strowger::calls> calls_;
    std::unique_ptr<shared_services> shared_;
    std::unique_ptr<loader> loader_;
    std::unique_ptr<watchdog> watchdog_;
    token reloads_, flushing_;
    std::uint64_t dropped_ = 0;  // log records
    bool ending_ = false, clean_ = false;
};

}  // namespace strowger
