// The core's facts, with FreeSWITCH's event names and header names. Modules add their own the same
// way.
#pragma once

#include <strowger/bus.hpp>
#include <strowger/hangup_cause.hpp>

#include <string>
#include <string_view>

namespace strowger {

class channel;

// The facts about a channel share their fields. Borrowed for the length of publish().
struct channel_fact {
    const channel& who;
    void fields(field_sink& out) const;
};

struct channel_create : channel_fact {
    static constexpr std::string_view name = "CHANNEL_CREATE";
};
struct channel_progress : channel_fact {
    static constexpr std::string_view name = "CHANNEL_PROGRESS";
};
struct channel_progress_media : channel_fact {
    static constexpr std::string_view name = "CHANNEL_PROGRESS_MEDIA";
};
struct channel_answer : channel_fact {
    static constexpr std::string_view name = "CHANNEL_ANSWER";
};
struct channel_execute : channel_fact {
    static constexpr std::string_view name = "CHANNEL_EXECUTE";
};
struct channel_hangup : channel_fact {
    static constexpr std::string_view name = "CHANNEL_HANGUP";
};
struct channel_hangup_complete : channel_fact {
    static constexpr std::string_view name = "CHANNEL_HANGUP_COMPLETE";
};
struct channel_destroy : channel_fact {
    static constexpr std::string_view name = "CHANNEL_DESTROY";
};

struct channel_bridge {
    static constexpr std::string_view name = "CHANNEL_BRIDGE";
    const channel& a;
    const channel& b;
    void fields(field_sink& out) const;
};
struct channel_unbridge {
    static constexpr std::string_view name = "CHANNEL_UNBRIDGE";
    const channel& a;
    const channel& b;
    void fields(field_sink& out) const;
};

// A digit was received. The digit itself is in the fact, for applications; it is in no field.
struct dtmf {
    static constexpr std::string_view name = "DTMF";
    const channel& who;
    char digit;
    int duration_ms;
    bool in_clear = false;  // log-dtmf: fields() may say which one it was
    void fields(field_sink& out) const;
};

struct module_load {
    static constexpr std::string_view name = "MODULE_LOAD";
    std::string_view module, file;
    void fields(field_sink& out) const;
};
struct module_unload {
    static constexpr std::string_view name = "MODULE_UNLOAD";
    std::string_view module, file;
    void fields(field_sink& out) const;
};
struct config_reloaded {
    static constexpr std::string_view name = "RELOADXML";
    void fields(field_sink& out) const;
};
struct startup {
    static constexpr std::string_view name = "STARTUP";
    void fields(field_sink& out) const;
};
struct shutting_down {
    static constexpr std::string_view name = "SHUTDOWN";
    void fields(field_sink& out) const;
};
// The control loop was held too long by a module.
struct loop_held {
    static constexpr std::string_view name = "LOOP_HELD";
    std::string_view module;
    int milliseconds;
    void fields(field_sink& out) const;
};

}  // namespace strowger
