// What a REGISTER does to the bindings of its address of record (RFC 3261, 10.3, 6 to 8). Pure.
#pragma once

#include "registrar/registrar.hpp"
#include "registrar/request.hpp"

#include <functional>

namespace strowger::sofia {

struct registration_plan {
    int status = 200;
    std::string phrase;
    std::uint32_t min_expires = 0;  // for 423
    binding_change change;          // empty for a query, and for everything but 200
    bool changes() const noexcept { return !change.put.empty() || !change.remove.empty(); }
};

// `known`: what is bound now. `node`: this PBX. `unreachable`: is the connection of that binding
// gone? Such ones make room first.
registration_plan plan_registration(const register_request& asked,
                                    const std::vector<const binding*>& known,
                                    const registrar_settings& settings, std::string_view node,
                                    wall_time now,
                                    const std::function<bool(const binding&)>& unreachable);

}  // namespace strowger::sofia
