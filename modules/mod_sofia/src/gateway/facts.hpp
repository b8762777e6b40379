// What gateways publish.
#pragma once

#include <strowger/bus.hpp>

#include <string_view>

namespace strowger::sofia {

// A gateway's state changed. FreeSWITCH's CUSTOM event of that subclass. Borrowed texts.
struct sofia_gateway_state {
    static constexpr std::string_view name = "sofia::gateway_state";
    std::string_view gateway, profile, state, reason;
    void fields(field_sink& out) const {
        out.field("Event-Subclass", name);
        out.field("Gateway", gateway);
        out.field("Profile", profile);
        out.field("State", state);
        out.field("Phrase", reason);
    }
};

}  // namespace strowger::sofia
