// How the core makes its bus and its registry.
#pragma once

#include <strowger/bus.hpp>
#include <strowger/log.hpp>
#include <strowger/registry.hpp>

#include <memory>
#include <string>

namespace strowger {

std::unique_ptr<bus> make_bus(logger& log);
// A module's own view of a bus that make_bus() made. What the module subscribed and did not take
// back goes with the view. `all` outlives it.
class module_bus : public bus {
public:
    virtual std::size_t subscriptions() const noexcept = 0;
};
std::unique_ptr<module_bus> make_bus_view(bus& all);

// All names of one PBX. for_module() gives a module's own view, whose registrations carry its name
// and whose leases are counted by `counter`. Both outlive every view and token.
class registry_table {
public:
    virtual ~registry_table();
    virtual std::unique_ptr<registry> for_module(std::string module, use_counter& counter) = 0;
    // Hides everything that was registered with this counter, so that no new lease is given out;
    // or shows it again.
    virtual void hide(const use_counter& counter, bool hidden) = 0;
    // Withdraws everything that was registered with this counter; its tokens then do nothing.
    virtual void drop(const use_counter& counter) = 0;
    // The names that one generation registered, hidden ones too.
    virtual std::vector<registered_name> names_of(const use_counter& counter) const = 0;
};
std::unique_ptr<registry_table> make_registry_table();

}  // namespace strowger
