// One generation of a module: its file's copy, its mapping, its object and its context. Control
// loop only.
#pragma once

#include "loader/private_copy.hpp"
#include "loader/stamp.hpp"
#include "loader/threads.hpp"
#include "runtime/module_context.hpp"

#include <strowger/module.hpp>

#include <memory>
#include <string>

namespace strowger {

class generation {
public:
    enum class phase { running, stopping, quarantined };

    // Nothing of the module has run yet. `copy` is the private copy.
    generation(stamp about, std::string file, unsigned number,
               std::shared_ptr<const std::string> copy, log_level level,
               const shared_services& shared, module_manager& modules);
    // Whatever is still mapped stays mapped.
    ~generation();

    // Maps the file and makes the object. An error says why; what remains is close()'s.
    result<void> open();
    // What is wrong with the configuration, by the module's own check().
    result<void> check(const config_snapshot& config, problems& found);
    result<void> start();
    // Asks the module to end what it does, when it was started, and cancels its coroutines.
    void stop() noexcept;
    // Destroys the object and what it registered. No use is left.
    void destroy() noexcept;
    // Unmaps. False when something of the file stays mapped.
    bool close();

    const stamp about;
    const std::string file;  // as the operator knows it
    const unsigned number;
    const std::shared_ptr<const std::string> copy;
    const wall_time made;
    // The loader's to set when it has started.
    std::chrono::microseconds load_time{0};
    std::uint64_t mapped_size = 0;
    const known_threads threads;  // those of before it was mapped
    module_uses uses;
    phase now = phase::running;
    std::string reason;  // why it is stopping or quarantined

    module_context& context() noexcept { return *context_; }
    const module_context& context() const noexcept { return *context_; }
    // "2 handlers, coroutines: ping", or empty.
    std::string holders(std::size_t channels) const;

private:
    struct mapping;
    std::unique_ptr<module_context> context_;
    std::unique_ptr<mapping> mapping_;
    module* object_ = nullptr;
    bool started_ = false;
};

}  // namespace strowger
