#include "call/cdr.hpp"

#include <strowger/text.hpp>

#include <ctime>

namespace strowger {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// "answer" gives answer_stamp (local time), answer_epoch (s) and answer_uepoch (µs). What did not
// happen has zeros and no stamp.
void set_moment(variables& vars, std::string_view name, wall_time when) {
    auto micros = duration_cast<microseconds>(when.time_since_epoch()).count();
    auto epoch = static_cast<std::time_t>(micros / 1000000);
    if (micros != 0) {
        std::tm parts{};
        char text[32];
        ::localtime_r(&epoch, &parts);
        auto length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
        vars.set(cat(name, "_stamp"), std::string(text, length));
    }
    vars.set(cat(name, "_epoch"), cat(epoch));
    vars.set(cat(name, "_uepoch"), cat(micros));
}

void set_length(variables& vars, std::string_view seconds, std::string_view millis, wall_time from,
                wall_time to) {
    // A step of the wall clock must not give a negative length.
    auto length = from == wall_time{} || to < from ? wall_time::duration::zero() : to - from;
    vars.set(seconds, cat(duration_cast<std::chrono::seconds>(length).count()));
    vars.set(millis, cat(duration_cast<milliseconds>(length).count()));
}

}  // namespace

void set_cdr_variables(channel& who) {
    auto& vars = who.vars();
    const auto& times = who.times();
    vars.set("uuid", who.id());
    vars.set("direction", who.way() == direction::inbound ? "inbound" : "outbound");
    set_moment(vars, "start", times.created);
    if (times.progress != wall_time{}) set_moment(vars, "progress", times.progress);
    if (times.progress_media != wall_time{})
        set_moment(vars, "progress_media", times.progress_media);
    set_moment(vars, "answer", times.answered);
    set_moment(vars, "end", times.ended);
    set_length(vars, "duration", "mduration", times.created, times.ended);
    set_length(vars, "billsec", "billmsec", times.answered, times.ended);
    vars.set("hangup_cause", std::string(to_string(who.cause())));
    vars.set("hangup_cause_q850", cat(q850_number(who.cause())));
}

}  // namespace strowger
