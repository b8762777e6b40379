// The text of the core's own facts, with FreeSWITCH's header names.
#include <strowger/events.hpp>
#include <strowger/text.hpp>

namespace strowger {

namespace {

void module_fields(field_sink& out, std::string_view module, std::string_view file) {
    out.field("type", "module");
    out.field("name", module);
    out.field("key", module);
    out.field("filename", file);
}

}  // namespace

void module_load::fields(field_sink& out) const { module_fields(out, module, file); }
void module_unload::fields(field_sink& out) const { module_fields(out, module, file); }
void config_reloaded::fields(field_sink&) const {}
void startup::fields(field_sink& out) const { out.field("Event-Info", "System Ready"); }
void shutting_down::fields(field_sink& out) const {
    out.field("Event-Info", "System Shutting Down");
}
void loop_held::fields(field_sink& out) const {
    out.field("Module", module);
    out.field("Held-Milliseconds", cat(milliseconds));
}

}  // namespace strowger
