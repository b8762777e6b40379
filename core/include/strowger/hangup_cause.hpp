// Why a call ended: Q.850's causes under FreeSWITCH's names.
#pragma once

#include <optional>
#include <string_view>

namespace strowger {

// The numbers are Q.850's (ITU-T Q.850, 2.2.7); from 500 on they are FreeSWITCH's own.
enum class hangup_cause : int {
    none = 0,
    unallocated_number = 1,
    no_route_transit_net = 2,
    no_route_destination = 3,
    normal_clearing = 16,
    user_busy = 17,
    no_user_response = 18,
    no_answer = 19,
    subscriber_absent = 20,
    call_rejected = 21,
    number_changed = 22,
    exchange_routing_error = 25,
    destination_out_of_order = 27,
    invalid_number_format = 28,
    facility_rejected = 29,
    normal_unspecified = 31,
    normal_circuit_congestion = 34,
    network_out_of_order = 38,
    normal_temporary_failure = 41,
    switch_congestion = 42,
    requested_chan_unavail = 44,
    facility_not_subscribed = 50,
    outgoing_call_barred = 52,
    incoming_call_barred = 54,
    bearercapability_notauth = 57,
    service_unavailable = 63,
    bearercapability_notimpl = 65,
    facility_not_implemented = 69,
    service_not_implemented = 79,
    incompatible_destination = 88,
    recovery_on_timer_expire = 102,
    mandatory_ie_missing = 96,
    protocol_error = 111,
    interworking = 127,
    originator_cancel = 487,
    crash = 500,
    system_shutdown = 501,
    lose_race = 502,
    manager_request = 503,
    user_challenge = 508,
    blind_transfer = 600,
    attended_transfer = 601,
    allotted_timeout = 602,
    media_timeout = 604,
    picked_off = 605,
    user_not_registered = 606,
    progress_timeout = 607,
    gateway_down = 609,
    decline = 613,
};

// FreeSWITCH's word, as "NORMAL_CLEARING".
std::string_view to_string(hangup_cause cause) noexcept;
// The cause of a word (case ignored) or of a number in digits; nothing when there is none.
std::optional<hangup_cause> parse_hangup_cause(std::string_view text) noexcept;
// The Q.850 number for the wire (Reason: Q.850;cause=…): FreeSWITCH's own causes count as 16 or 31.
int q850_number(hangup_cause cause) noexcept;

}  // namespace strowger
