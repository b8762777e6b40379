// The table of causes, as FreeSWITCH's users know it.
#include "dialog/causes.hpp"

#include <gtest/gtest.h>

using namespace strowger;
using namespace strowger::sofia;
using enum hangup_cause;

namespace {

TEST(causes, to_status) {
    const std::pair<hangup_cause, int> table[] = {
        {user_busy, 486},
        {no_answer, 480},
        {no_user_response, 408},
        {call_rejected, 603},
        {decline, 603},
        {unallocated_number, 404},
        {no_route_destination, 404},
        {incompatible_destination, 488},
        {normal_temporary_failure, 503},
        {user_not_registered, 480},
        {subscriber_absent, 480},
        {originator_cancel, 487},
        {number_changed, 410},
        {invalid_number_format, 484},
        {destination_out_of_order, 502},
        {facility_rejected, 501},
        {switch_congestion, 503},
        {gateway_down, 503},
        {outgoing_call_barred, 403},
        {recovery_on_timer_expire, 504},
        {exchange_routing_error, 483},
        {normal_clearing, 480},
        {normal_unspecified, 480},
        {allotted_timeout, 480},
        {media_timeout, 480},
        {none, 480},
    };
    for (auto [cause, status] : table) EXPECT_EQ(status_of(cause), status) << to_string(cause);
}

TEST(causes, from_status) {
    const std::pair<int, hangup_cause> table[] = {
        {200, normal_clearing},
        {302, normal_unspecified},
        {400, normal_temporary_failure},
        {401, call_rejected},
        {403, call_rejected},
        {404, unallocated_number},
        {405, service_unavailable},
        {407, call_rejected},
        {408, recovery_on_timer_expire},
        {410, number_changed},
        {415, service_not_implemented},
        {480, no_user_response},
        {481, normal_temporary_failure},
        {482, exchange_routing_error},
        {484, invalid_number_format},
        {485, no_route_destination},
        {486, user_busy},
        {487, originator_cancel},
        {488, incompatible_destination},
        {500, normal_temporary_failure},
        {501, service_not_implemented},
        {502, network_out_of_order},
        {503, normal_temporary_failure},
        {504, recovery_on_timer_expire},
        {600, user_busy},
        {603, call_rejected},
        {604, no_route_destination},
        {606, incompatible_destination},
        {699, normal_unspecified},
    };
    for (auto [status, cause] : table) EXPECT_EQ(cause_of(status), cause) << status;
}

message with_reason(std::string_view reason) {
    auto text = std::string(
        "BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
        "To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 BYE\r\n");
    auto parsed = message::parse(text.append(reason).append("\r\n"));
    return parsed ? std::move(*parsed) : message{};
}

TEST(causes, reason_header) {
    EXPECT_EQ(reason_value(user_busy), "Q.850;cause=17;text=\"USER_BUSY\"");
    EXPECT_EQ(reason_value(originator_cancel), "Q.850;cause=16;text=\"ORIGINATOR_CANCEL\"");
    EXPECT_EQ(reason_of(with_reason("Reason: Q.850;cause=17\r\n")), user_busy);
    EXPECT_EQ(reason_of(with_reason("Reason: SIP;cause=200;text=\"x\", q.850;cause=19\r\n")),
              no_answer);
    EXPECT_EQ(reason_of(with_reason("Reason: Q.850;cause=126\r\n")), normal_unspecified);
    EXPECT_EQ(reason_of(with_reason("Reason: Q.850;cause=9999\r\n")), std::nullopt);
    EXPECT_EQ(reason_of(with_reason("Reason: Q.850\r\n")), std::nullopt);
    EXPECT_EQ(reason_of(with_reason("Reason: SIP;cause=486\r\n")), std::nullopt);
    EXPECT_EQ(reason_of(with_reason("")), std::nullopt);
    EXPECT_TRUE(completed_elsewhere(with_reason("Reason: Q.850;cause=16, sip;cause=200\r\n")));
    EXPECT_FALSE(completed_elsewhere(with_reason("Reason: Q.850;cause=200\r\n")));
    EXPECT_FALSE(completed_elsewhere(with_reason("Reason: SIP;cause=2000\r\n")));
    EXPECT_FALSE(completed_elsewhere(with_reason("Reason: SIP\r\n")));
    EXPECT_FALSE(completed_elsewhere(with_reason("")));
}

}  // namespace
