#include <strowger/hangup_cause.hpp>
#include <strowger/text.hpp>

#include <array>
#include <string>

namespace strowger {

namespace {

struct named {
    hangup_cause cause;
    std::string_view word;
};

constexpr std::array words{
    named{hangup_cause::none, "NONE"},
    named{hangup_cause::unallocated_number, "UNALLOCATED_NUMBER"},
    named{hangup_cause::no_route_transit_net, "NO_ROUTE_TRANSIT_NET"},
    named{hangup_cause::no_route_destination, "NO_ROUTE_DESTINATION"},
    named{hangup_cause::normal_clearing, "NORMAL_CLEARING"},
    named{hangup_cause::user_busy, "USER_BUSY"},
    named{hangup_cause::no_user_response, "NO_USER_RESPONSE"},
    named{hangup_cause::no_answer, "NO_ANSWER"},
    named{hangup_cause::subscriber_absent, "SUBSCRIBER_ABSENT"},
    named{hangup_cause::call_rejected, "CALL_REJECTED"},
    named{hangup_cause::number_changed, "NUMBER_CHANGED"},
    named{hangup_cause::exchange_routing_error, "EXCHANGE_ROUTING_ERROR"},
    named{hangup_cause::destination_out_of_order, "DESTINATION_OUT_OF_ORDER"},
    named{hangup_cause::invalid_number_format, "INVALID_NUMBER_FORMAT"},
    named{hangup_cause::facility_rejected, "FACILITY_REJECTED"},
    named{hangup_cause::normal_unspecified, "NORMAL_UNSPECIFIED"},
    named{hangup_cause::normal_circuit_congestion, "NORMAL_CIRCUIT_CONGESTION"},
    named{hangup_cause::network_out_of_order, "NETWORK_OUT_OF_ORDER"},
    named{hangup_cause::normal_temporary_failure, "NORMAL_TEMPORARY_FAILURE"},
    named{hangup_cause::switch_congestion, "SWITCH_CONGESTION"},
    named{hangup_cause::requested_chan_unavail, "REQUESTED_CHAN_UNAVAIL"},
    named{hangup_cause::facility_not_subscribed, "FACILITY_NOT_SUBSCRIBED"},
    named{hangup_cause::outgoing_call_barred, "OUTGOING_CALL_BARRED"},
    named{hangup_cause::incoming_call_barred, "INCOMING_CALL_BARRED"},
    named{hangup_cause::bearercapability_notauth, "BEARERCAPABILITY_NOTAUTH"},
    named{hangup_cause::service_unavailable, "SERVICE_UNAVAILABLE"},
    named{hangup_cause::bearercapability_notimpl, "BEARERCAPABILITY_NOTIMPL"},
    named{hangup_cause::facility_not_implemented, "FACILITY_NOT_IMPLEMENTED"},
    named{hangup_cause::service_not_implemented, "SERVICE_NOT_IMPLEMENTED"},
    named{hangup_cause::incompatible_destination, "INCOMPATIBLE_DESTINATION"},
    named{hangup_cause::recovery_on_timer_expire, "RECOVERY_ON_TIMER_EXPIRE"},
    named{hangup_cause::mandatory_ie_missing, "MANDATORY_IE_MISSING"},
    named{hangup_cause::protocol_error, "PROTOCOL_ERROR"},
    named{hangup_cause::interworking, "INTERWORKING"},
    named{hangup_cause::originator_cancel, "ORIGINATOR_CANCEL"},
    named{hangup_cause::crash, "CRASH"},
    named{hangup_cause::system_shutdown, "SYSTEM_SHUTDOWN"},
    named{hangup_cause::lose_race, "LOSE_RACE"},
    named{hangup_cause::manager_request, "MANAGER_REQUEST"},
    named{hangup_cause::user_challenge, "USER_CHALLENGE"},
    named{hangup_cause::blind_transfer, "BLIND_TRANSFER"},
    named{hangup_cause::attended_transfer, "ATTENDED_TRANSFER"},
    named{hangup_cause::allotted_timeout, "ALLOTTED_TIMEOUT"},
    named{hangup_cause::media_timeout, "MEDIA_TIMEOUT"},
    named{hangup_cause::picked_off, "PICKED_OFF"},
    named{hangup_cause::user_not_registered, "USER_NOT_REGISTERED"},
    named{hangup_cause::progress_timeout, "PROGRESS_TIMEOUT"},
    named{hangup_cause::gateway_down, "GATEWAY_DOWN"},
    named{hangup_cause::decline, "DECLINE"},
};

}  // namespace

std::string_view to_string(hangup_cause cause) noexcept {
    for (const auto& entry : words)
        if (entry.cause == cause) return entry.word;
    return "UNKNOWN";
}

std::optional<hangup_cause> parse_hangup_cause(std::string_view text) noexcept {
    int number = 0;
    bool numeric = parse_number(text, number);
    for (const auto& entry : words)
        if (numeric ? static_cast<int>(entry.cause) == number : iequals(entry.word, text))
            return entry.cause;
    return std::nullopt;
}

int q850_number(hangup_cause cause) noexcept {
    int number = static_cast<int>(cause);
    if (number > 0 && number < 128) return number;
    switch (cause) {
        case hangup_cause::system_shutdown:
        case hangup_cause::crash:
        case hangup_cause::gateway_down:
            return 41;
        case hangup_cause::user_not_registered:
            return 20;
        case hangup_cause::decline:
            return 21;
        case hangup_cause::media_timeout:
            return 31;
        default:
            return 16;
    }
}

}  // namespace strowger
