#include "call/settings.hpp"

#include <strowger/text.hpp>

#include <cstdint>

namespace strowger {

call_settings read_call_settings(const config_snapshot* config) {
    call_settings out;
    const auto* file = config ? config->file("switch.conf") : nullptr;
    const auto* settings = file ? file->child("settings") : nullptr;
    if (!settings) return out;
    settings->each("param", [&](const config_node& param) {
        auto name = param.attribute_or("name", "");
        auto value = param.attribute_or("value", "");
        std::uint32_t number = 0;
        if (name == "max-sessions" && parse_number(value, number) && number > 0)
            out.max_sessions = number;
        else if (name == "max-call-seconds" && parse_number(value, number))
            out.max_call = std::chrono::seconds(number);
        else if (name == "log-dtmf")
            out.log_dtmf = is_true(value);
    });
    return out;
}

}  // namespace strowger
