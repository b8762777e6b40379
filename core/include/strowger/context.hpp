// What a module gets from the core. One for each generation of a module; outlives it. Control loop
// unless a line says otherwise.
#pragma once

#include <strowger/bus.hpp>
#include <strowger/calls.hpp>
#include <strowger/clock.hpp>
#include <strowger/config.hpp>
#include <strowger/directory.hpp>
#include <strowger/lease.hpp>
#include <strowger/log.hpp>
#include <strowger/media_loop.hpp>
#include <strowger/registry.hpp>
#include <strowger/task.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace strowger {

class module_manager;

class context {
public:
    virtual ~context();

    virtual std::string_view module_name() const noexcept = 0;
    virtual std::string_view node() const noexcept = 0;  // this PBX's id: unique, new every start
    virtual logger& log() noexcept = 0;                  // any thread
    virtual strowger::bus& bus() noexcept = 0;
    virtual strowger::registry& registry() noexcept = 0;
    virtual strowger::clock& clock() noexcept = 0;
    virtual configuration& config() noexcept = 0;
    virtual strowger::directory& directory() noexcept = 0;
    virtual strowger::calls& calls() noexcept = 0;
    virtual module_manager& modules() noexcept = 0;

    // For what the module hands out (owned<T>): it stays mapped until the object has gone.
    virtual use hold() noexcept = 0;

    // The control loop. Every handler that waits on one of these executors is counted against the
    // module; any thread may post. Use these for Asio objects, never an executor of your own.
    virtual strowger::executor executor() noexcept = 0;
    // A thread for connections; connections spread over `index` modulo their number.
    virtual strowger::executor edge(std::size_t index) noexcept = 0;
    virtual strowger::executor handshakes() noexcept = 0;

    virtual std::size_t media_loops() const noexcept = 0;
    virtual media_loop& media(std::size_t index) noexcept = 0;

    // Starts work on the control loop: counted, cancelled when the module stops, its exception
    // logged. `name` is shown when it does not end.
    virtual void spawn(std::string name, task<> work) = 0;
    // The same for a coroutine lambda with captures: it is kept until its coroutine ends.
    void spawn(std::string name, std::function<task<>()> work) {
        spawn_kept(std::move(name), std::move(work));
    }

    // Waits on the injected clock. Cancelled with the coroutine.
    virtual task<> sleep_until(steady_time when) = 0;
    task<> sleep_for(steady_time::duration how_long) {
        return sleep_until(clock().now() + how_long);
    }

    // Runs `work` on a pool thread and resumes on the control loop with what it gave or threw.
    template <class Work>
    task<std::invoke_result_t<Work>> blocking(Work work) {
        using outcome = std::invoke_result_t<Work>;
        if constexpr (std::is_void_v<outcome>) {
            std::function<void()> plain = std::move(work);
            co_await run_blocking(std::move(plain));
        } else {
            auto slot = std::make_shared<std::optional<outcome>>();
            std::function<void()> plain = [slot, work = std::move(work)]() mutable {
                slot->emplace(work());
            };
            co_await run_blocking(std::move(plain));
            co_return std::move(**slot);
        }
    }
    // The same without a coroutine: `work` on a pool thread, then `done` on the control loop.
    virtual void background(std::function<void()> work, std::function<void()> done) = 0;

protected:
    virtual task<> run_blocking(std::function<void()> work) = 0;
    virtual void spawn_kept(std::string name, std::function<task<>()> work) = 0;
};

}  // namespace strowger
