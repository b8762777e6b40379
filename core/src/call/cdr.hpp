// What a call data record needs, as variables under FreeSWITCH's names.
#pragma once

#include <strowger/channel.hpp>

namespace strowger {

// Sets them on a channel that has ended: uuid, direction, start_/progress_/answer_/end_ stamps,
// duration, billsec (seconds) and mduration, billmsec (milliseconds), hangup_cause.
void set_cdr_variables(channel& who);

}  // namespace strowger
