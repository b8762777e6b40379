// Words for what a channel is and says.
#include <strowger/channel.hpp>

#include <utility>

namespace strowger {

std::string_view to_string(channel_state state) noexcept {
    switch (state) {
        case channel_state::starting:
            return "starting";
        case channel_state::routing:
            return "routing";
        case channel_state::ringing:
            return "ringing";
        case channel_state::early:
            return "early";
        case channel_state::answered:
            return "answered";
        case channel_state::ended:
            return "ended";
    }
    return "unknown";
}

const std::string* caller_profile::field(std::string_view name) const noexcept {
    static constexpr std::pair<std::string_view, std::string caller_profile::*> members[] = {
        {"destination_number", &caller_profile::destination_number},
        {"caller_id_number", &caller_profile::caller_id_number},
        {"caller_id_name", &caller_profile::caller_id_name},
        {"username", &caller_profile::username},
        {"dialplan", &caller_profile::dialplan},
        {"network_addr", &caller_profile::network_addr},
        {"ani", &caller_profile::ani},
        {"rdnis", &caller_profile::rdnis},
        {"source", &caller_profile::source},
        {"context", &caller_profile::context},
        {"chan_name", &caller_profile::chan_name},
    };
    for (const auto& [known, member] : members)
        if (known == name) return &(this->*member);
    return nullptr;
}

}  // namespace strowger
