// The registry: named interfaces, applications and commands. Control loop only.
//
// A module has a registry of its own (context::registry()) that marks everything with the module's
// name and counts every lease against its generation. A name that is registered again by a newer
// generation of the same module is the newer one's from then on; by another module it is refused.
#pragma once

#include <strowger/application.hpp>
#include <strowger/command.hpp>
#include <strowger/error.hpp>
#include <strowger/lease.hpp>
#include <strowger/token.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

struct registered_name {
    std::string kind;  // "application", "command", "interface"
    std::string name;
    std::string module;  // "core" for the core's own
};

class registry {
public:
    virtual ~registry();

    virtual result<token> add(application what) = 0;
    virtual result<token> add(command what) = 0;
    virtual lease<const application> find_application(std::string_view name) const = 0;
    virtual lease<const command> find_command(std::string_view name) const = 0;

    // Interfaces by name and version, as "media_engine/1", "endpoint/NAME", "dialplan/XML".
    // `object` is borrowed until the token goes: the module owns it, and keeps it until it is
    // destroyed itself. T must be the same SDK type on both sides of a name.
    template <class T>
    result<token> provide(std::string_view name, T& object) {
        return add_interface(name, std::shared_ptr<void>(std::shared_ptr<void>{}, &object));
    }
    // The interface, or an empty lease.
    template <class T>
    lease<T> find(std::string_view name) const {
        auto [counted, object] = find_interface(name);
        auto* typed = static_cast<T*>(object.get());
        return lease<T>(std::move(counted), std::shared_ptr<T>(std::move(object), typed));
    }

    virtual std::vector<registered_name> names() const = 0;
    std::vector<std::string> names(std::string_view kind) const;

protected:
    virtual result<token> add_interface(std::string_view name, std::shared_ptr<void> object) = 0;
    virtual std::pair<use, std::shared_ptr<void>> find_interface(std::string_view name) const = 0;
};

}  // namespace strowger
