// What one generation of a module gets from the core. Made by the loader, outlives the module.
// Control loop only, except where context.hpp says otherwise.
#pragma once

#include "bus/make.hpp"
#include "runtime/counted_executor.hpp"
#include "runtime/pool.hpp"
#include "runtime/real_clock.hpp"

#include <strowger/context.hpp>
#include <strowger/modules.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace strowger {

// What all modules share. Everything in it outlives every context.
struct shared_services {
    boost::asio::io_context& loop;
    std::vector<boost::asio::io_context*> edges;
    std::vector<boost::asio::io_context*> handshakes;
    std::vector<media_loop*> media;
    strowger::pool& pool;
    strowger::clock& clock;
    strowger::bus& bus;
    registry_table& names;
    configuration& config;
    strowger::directory& directory;
    strowger::calls& calls;
    log_sink& log;
    std::string node;
};

class module_context final : public context {
public:
    module_context(std::string name, log_level level, const shared_services& shared,
                   module_manager& modules, module_uses& uses);
    ~module_context() override;

    std::string_view module_name() const noexcept override { return name_; }
    std::string_view node() const noexcept override { return shared_.node; }
    logger& log() noexcept override { return log_; }
    strowger::bus& bus() noexcept override { return *bus_; }
    strowger::registry& registry() noexcept override { return *registry_; }
    strowger::clock& clock() noexcept override { return *clock_; }
    configuration& config() noexcept override { return shared_.config; }
    strowger::directory& directory() noexcept override { return shared_.directory; }
    strowger::calls& calls() noexcept override { return shared_.calls; }
    module_manager& modules() noexcept override { return modules_; }
    use hold() noexcept override { return use(&uses_.leases); }
    strowger::executor executor() noexcept override { return executor_; }
    strowger::executor edge(std::size_t index) noexcept override;
    strowger::executor handshakes() noexcept override;
    std::size_t media_loops() const noexcept override { return shared_.media.size(); }
    media_loop& media(std::size_t index) noexcept override {
        return *shared_.media[index % shared_.media.size()];
    }

    using context::spawn;
    void spawn(std::string name, task<> work) override;
    task<> sleep_until(steady_time when) override;
    void background(std::function<void()> work, std::function<void()> done) override;

    // Cancels every coroutine that was spawned; those spawned later are cancelled at once.
    void cancel_spawned();
    // The names of those that have not ended.
    std::vector<std::string> spawned() const;
    // Withdraws what the module did not take back: names, subscriptions, alarms. Gives what that
    // was, in words ("the command clock, 1 subscription, 2 alarms"), or nothing.
    std::string drop_registrations();

protected:
    task<> run_blocking(std::function<void()> work) override;
    void spawn_kept(std::string name, std::function<task<>()> work) override;

private:
    // A coroutine that runs; lives until it has ended.
    struct running_work {
        std::string name;
        use counted;                    // declared first: returned last
        std::function<task<>()> maker;  // kept alive: the coroutine may use its captures
        boost::asio::cancellation_signal cancel;
    };
    using running_list = std::list<running_work>;
    void launch(std::string name, std::function<task<>()> maker, task<> work);
    void ended(running_list::iterator which, std::exception_ptr thrown) noexcept;

    std::string name_;
    const shared_services& shared_;
    module_manager& modules_;
    module_uses& uses_;
    logger log_;
    std::unique_ptr<module_bus> bus_;
    std::unique_ptr<strowger::registry> registry_;
    std::unique_ptr<module_clock> clock_;
    strowger::executor executor_;
    std::vector<strowger::executor> edges_, handshakes_;
    std::atomic<std::size_t> next_handshake_{0};
    running_list running_;
    bool stopping_ = false;
};

}  // namespace strowger
