// A channel's facts as text, under FreeSWITCH's header names.

#include <strowger/channel.hpp>
#include <strowger/events.hpp>
#include <strowger/text.hpp>

namespace strowger {
namespace {

std::string_view machine_state(const channel& who) {
    switch (who.state()) {
        case channel_state::starting:
            return "CS_INIT";
        case channel_state::routing:
            return "CS_ROUTING";
        case channel_state::ended:
            return "CS_HANGUP";
        default:
            break;
    }
    if (who.peer()) return "CS_EXCHANGE_MEDIA";
    return who.way() == direction::inbound ? "CS_EXECUTE" : "CS_CONSUME_MEDIA";
}

struct state_words {
    std::string_view answer;
    std::string_view call;
};

state_words words_of(channel_state state) {
    switch (state) {
        case channel_state::early:
            return {"early", "EARLY"};
        case channel_state::answered:
            return {"answered", "ACTIVE"};
        case channel_state::ended:
            return {"hangup", "HANGUP"};
        case channel_state::ringing:
            return {"ringing", "RINGING"};
        default:
            return {"ringing", "DOWN"};
    }
}

std::string micros(wall_time when) {
    return cat(
        std::chrono::duration_cast<std::chrono::microseconds>(when.time_since_epoch()).count());
}

void caller_fields(const channel& who, field_sink& out) {
    const auto& caller = who.caller();
    auto way = who.way() == direction::inbound ? "inbound" : "outbound";
    out.field("Caller-Direction", way);
    out.field("Caller-Username", caller.username);
    out.field("Caller-Dialplan", caller.dialplan);
    out.field("Caller-Caller-ID-Name", caller.caller_id_name);
    out.field("Caller-Caller-ID-Number", caller.caller_id_number);
    out.field("Caller-Network-Addr", caller.network_addr);
    out.field("Caller-ANI", caller.ani);
    if (!caller.rdnis.empty()) out.field("Caller-RDNIS", caller.rdnis);
    out.field("Caller-Destination-Number", caller.destination_number);
    out.field("Caller-Unique-ID", who.id());
    out.field("Caller-Source", caller.source);
    out.field("Caller-Context", caller.context);
    out.field("Caller-Channel-Name", caller.chan_name);
    const auto& times = who.times();
    out.field("Caller-Channel-Created-Time", micros(times.created));
    out.field("Caller-Channel-Answered-Time", micros(times.answered));
    out.field("Caller-Channel-Progress-Time", micros(times.progress));
    out.field("Caller-Channel-Progress-Media-Time", micros(times.progress_media));
    out.field("Caller-Channel-Hangup-Time", micros(times.ended));
}

void variable_fields(const channel& who, field_sink& out) {
    // vars() is not const because applications write through it; reading changes nothing.
    for (const auto& [name, value] : const_cast<channel&>(who).vars())
        out.field(cat("variable_", name), who.shown(name, value));
}

void channel_fields(const channel& who, field_sink& out) {
    auto state = words_of(who.state());
    out.field("Channel-State", machine_state(who));
    out.field("Channel-Call-State", state.call);
    out.field("Channel-Name", who.caller().chan_name);
    out.field("Unique-ID", who.id());
    out.field("Call-Direction", who.way() == direction::inbound ? "inbound" : "outbound");
    out.field("Answer-State", state.answer);
    if (who.state() == channel_state::ended) out.field("Hangup-Cause", to_string(who.cause()));
    caller_fields(who, out);
    if (auto other = who.peer()) {
        out.field("Other-Leg-Unique-ID", other->id());
        out.field("Other-Leg-Channel-Name", other->caller().chan_name);
        out.field("Other-Leg-Destination-Number", other->caller().destination_number);
    }
    if (!who.application().empty()) {
        out.field("Application", who.application());
        out.field("Application-Data", who.application_data());
    }
}

}  // namespace

void channel_fact::fields(field_sink& out) const {
    channel_fields(who, out);
    variable_fields(who, out);
}

void channel_bridge::fields(field_sink& out) const {
    out.field("Bridge-A-Unique-ID", a.id());
    out.field("Bridge-B-Unique-ID", b.id());
    channel_fields(a, out);
    variable_fields(a, out);
}

void channel_unbridge::fields(field_sink& out) const {
    out.field("Bridge-A-Unique-ID", a.id());
    out.field("Bridge-B-Unique-ID", b.id());
    channel_fields(a, out);
    variable_fields(a, out);
}

// Digits are secrets as keys are: that one was pressed is told; which one, only with log-dtmf.
void dtmf::fields(field_sink& out) const {
    out.field("DTMF-Digit", std::string_view(in_clear ? &digit : "*", 1));
    out.field("DTMF-Duration", cat(duration_ms));
    channel_fields(who, out);
}

}  // namespace strowger
