// What the registrar publishes: FreeSWITCH's CUSTOM events of these subclasses. Borrowed.
#pragma once

#include <strowger/bus.hpp>
#include <strowger/registration_store.hpp>

#include <string_view>

namespace strowger::sofia {

struct binding_fact {
    const binding& what;
    int expires_seconds = 0;

protected:
    void write(field_sink& out, std::string_view subclass) const;
};

struct sofia_register : binding_fact {
    static constexpr std::string_view name = "sofia::register";
    void fields(field_sink& out) const { write(out, name); }
};
struct sofia_unregister : binding_fact {
    static constexpr std::string_view name = "sofia::unregister";
    void fields(field_sink& out) const { write(out, name); }
};
struct sofia_expire : binding_fact {
    static constexpr std::string_view name = "sofia::expire";
    void fields(field_sink& out) const { write(out, name); }
};

}  // namespace strowger::sofia
