// Hangup causes and SIP status codes, each from the other, as FreeSWITCH's users know them
// (RFC 3398, 7.2.4.1 and 8.2.6.1, with FreeSWITCH's differences), and the Reason header (RFC 3326).
#pragma once

#include "message/message.hpp"

#include <strowger/hangup_cause.hpp>

#include <optional>
#include <string>

namespace strowger::sofia {

// The final response that refuses a call for this cause. Never below 400.
int status_of(hangup_cause cause) noexcept;
// Why a call that got this final response failed.
hangup_cause cause_of(int status) noexcept;

// "Q.850;cause=17;text=\"USER_BUSY\""; for lose_race what keeps phones from showing a missed call:
// "SIP;cause=200;text=\"Call completed elsewhere\"".
std::string reason_value(hangup_cause cause);
// The cause in the message's Reason header, when it has one of Q.850's.
std::optional<hangup_cause> reason_of(const message& what) noexcept;
// Somebody else took the call: a Reason header with protocol SIP and cause 200.
bool completed_elsewhere(const message& what) noexcept;

}  // namespace strowger::sofia
