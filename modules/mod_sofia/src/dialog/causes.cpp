#include "causes.hpp"

#include "fields.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

int status_of(hangup_cause cause) noexcept {
    switch (cause) {
        case hangup_cause::unallocated_number:
        case hangup_cause::no_route_transit_net:
        case hangup_cause::no_route_destination:
            return 404;
        case hangup_cause::user_busy:
            return 486;
        case hangup_cause::no_user_response:
            return 408;
        case hangup_cause::call_rejected:
        case hangup_cause::decline:
            return 603;
        case hangup_cause::number_changed:
            return 410;
        case hangup_cause::exchange_routing_error:
            return 483;
        case hangup_cause::destination_out_of_order:
            return 502;
        case hangup_cause::invalid_number_format:
            return 484;
        case hangup_cause::facility_rejected:
        case hangup_cause::facility_not_subscribed:
        case hangup_cause::facility_not_implemented:
        case hangup_cause::service_not_implemented:
            return 501;
        case hangup_cause::normal_circuit_congestion:
        case hangup_cause::network_out_of_order:
        case hangup_cause::normal_temporary_failure:
        case hangup_cause::switch_congestion:
        case hangup_cause::requested_chan_unavail:
        case hangup_cause::service_unavailable:
        case hangup_cause::gateway_down:
        case hangup_cause::system_shutdown:
            return 503;
        case hangup_cause::outgoing_call_barred:
        case hangup_cause::incoming_call_barred:
        case hangup_cause::bearercapability_notauth:
        case hangup_cause::user_challenge:
            return 403;
        case hangup_cause::bearercapability_notimpl:
        case hangup_cause::incompatible_destination:
            return 488;
        case hangup_cause::recovery_on_timer_expire:
            return 504;
        case hangup_cause::mandatory_ie_missing:
        case hangup_cause::protocol_error:
            return 400;
        case hangup_cause::crash:
            return 500;
        case hangup_cause::originator_cancel:
            return 487;
        default:
            return 480;
    }
}

hangup_cause cause_of(int status) noexcept {
    switch (status) {
        case 401:
        case 402:
        case 403:
        case 407:
        case 603:
        case 608:
            return hangup_cause::call_rejected;
        case 404:
            return hangup_cause::unallocated_number;
        case 485:
        case 604:
            return hangup_cause::no_route_destination;
        case 408:
        case 504:
            return hangup_cause::recovery_on_timer_expire;
        case 410:
            return hangup_cause::number_changed;
        case 413:
        case 414:
        case 416:
        case 420:
        case 421:
        case 423:
        case 505:
        case 513:
            return hangup_cause::interworking;
        case 480:
            return hangup_cause::no_user_response;
        case 400:
        case 481:
        case 500:
        case 503:
            return hangup_cause::normal_temporary_failure;
        case 486:
        case 600:
            return hangup_cause::user_busy;
        case 484:
            return hangup_cause::invalid_number_format;
        case 488:
        case 606:
            return hangup_cause::incompatible_destination;
        case 502:
            return hangup_cause::network_out_of_order;
        case 405:
            return hangup_cause::service_unavailable;
        case 406:
        case 415:
        case 501:
            return hangup_cause::service_not_implemented;
        case 482:
        case 483:
            return hangup_cause::exchange_routing_error;
        case 487:
            return hangup_cause::originator_cancel;
        default:
            return status >= 200 && status < 300 ? hangup_cause::normal_clearing
                                                 : hangup_cause::normal_unspecified;
    }
}

std::string reason_value(hangup_cause cause) {
    if (cause == hangup_cause::lose_race) return "SIP;cause=200;text=\"Call completed elsewhere\"";
    return cat("Q.850;cause=", q850_number(cause), ";text=\"", to_string(cause), '"');
}

std::optional<hangup_cause> reason_of(const message& what) noexcept {
    if (!what.sip()) return std::nullopt;
    for (const auto* reason = what.sip()->sip_reason; reason; reason = reason->re_next) {
        int number = 0;
        if (!iequals(view(reason->re_protocol), "Q.850") ||
            !parse_number(view(reason->re_cause), number) || number < 1 || number > 127)
            continue;
        char digits[4] = {};
        std::to_chars(digits, digits + 3, number);
        if (auto cause = parse_hangup_cause(digits)) return cause;
        return hangup_cause::normal_unspecified;
    }
    return std::nullopt;
}

bool completed_elsewhere(const message& what) noexcept {
    if (!what.sip()) return false;
    for (const auto* reason = what.sip()->sip_reason; reason; reason = reason->re_next)
        if (iequals(view(reason->re_protocol), "SIP") && view(reason->re_cause) == "200")
            return true;
    return false;
}

}  // namespace strowger::sofia
