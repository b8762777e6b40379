// Requests that arrive in a dialog, and how they are answered.
#include "causes.hpp"
#include "fields.hpp"
#include "info.hpp"
#include "session.hpp"
#include "table.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

void call_session::reply(const server_transaction_ptr& to, int status,
                         const std::vector<std::pair<std::string, std::string>>& headers,
                         std::string_view sdp, std::string_view phrase) {
    auto response = make_response(to->request(), status, phrase, dialog_.local_tag());
    for (const auto& [name, value] : headers)
        if (auto added = add_header(response, name, value); !added)
            host_.log().warning("left out of a response: ", name, ": ", added.error().text);
    if (!sdp.empty()) set_body(response, "application/sdp", sdp);
    to->respond(std::move(response));
}

bool call_session::accepts(const flow& from) const noexcept {
    if (!flow_ || &from == flow_.get() || !flow_->encrypted()) return true;
    bool same_user = !from.authenticated_user().empty() &&
                     from.authenticated_user() == flow_->authenticated_user();
    return from.encrypted() && (from.tls().verified || same_user);
}

void call_session::request(const server_transaction_ptr& what) {
    auto self = shared_from_this();
    const auto& asked = what->request();
    if (!answered() && !ended_) {
        if (!early_request(what)) reply(what, 481);
        return;
    }
    if (asked.from_tag() != dialog_.remote_tag()) return reply(what, 481);
    if (asked.method() == sip_method_bye) return bye(what);
    // RFC 3261, 12.2.2. (An INVITE's retransmissions never come here.)
    if (!dialog_.in_order(asked.sip()->sip_cseq->cs_seq))
        return reply(what, 500, {}, {}, "CSeq Out Of Order");
    if (ended_) return reply(what, 481);
    if (!what->from()->reliable() && source_only_ && flow_ && !flow_->reliable())
        use_flow(what->from());
    switch (asked.method()) {
        case sip_method_invite:
            return reinvite(what);
        case sip_method_info:
            return info(what);
        case sip_method_options:
            return reply(
                what, 200,
                {{"Allow", std::string(allowed_in_dialog)}, {"Accept", "application/sdp"}});
        case sip_method_update:
            // RFC 3311 is not offered by us; without SDP it only refreshes the target.
            if (asked.body().empty()) {
                dialog_.refresh_target(asked);
                return reply(what, 200, {{"Contact", host_.contact(*what->from())}});
            }
            return reply(what, 405, {{"Allow", std::string(allowed_in_dialog)}});
        case sip_method_refer:
            return reply(what, 501);
        case sip_method_prack:
        case sip_method_notify:
            return reply(what, 481);
        case sip_method_subscribe:
            return reply(what, 489);
        default:
            return reply(what, 405, {{"Allow", std::string(allowed_in_dialog)}});
    }
}

void call_session::bye(const server_transaction_ptr& what) {
    // A BYE is answered 200 whatever its number: the far end has ended the call (RFC 3261, 15.1.2).
    auto cause = reason_of(what->request()).value_or(hangup_cause::normal_clearing);
    reply(what, 200);
    dialog_.terminate();
    reoffer_.reset();
    bool waits_for_bye = bye_ != nullptr;
    if (!ended_) end(cause, "BYE");
    unacknowledged_.stop();
    if (!waits_for_bye) leave();
}

void call_session::info(const server_transaction_ptr& what) {
    auto heard = read_info(what->request());
    reply(what, heard.status, heard.headers, {}, heard.phrase);
    if (heard.digit && events_) events_->digit(heard.digit, heard.duration);
}

void call_session::ack(const message& what) {
    auto self = shared_from_this();
    if (what.from_tag() != dialog_.remote_tag() || !what.sip()->sip_cseq) return;
    if (unacknowledged_.acknowledged(what.sip()->sip_cseq->cs_seq)) answer_acknowledged(what);
}

void call_session::answer_acknowledged(const message& ack) {
    if (bye_after_ack_) return send_bye(*bye_after_ack_);
    if (our_offer_in_answer_) {
        our_offer_in_answer_ = false;
        auto sdp = sdp_of(ack);
        if (!sdp.empty()) {
            if (events_) events_->answer_received(sdp);
        } else if (!ended_) {
            // RFC 3261, 13.2.2.4: the ACK must answer the offer of the 2xx.
            send_bye(hangup_cause::incompatible_destination);
            return end(hangup_cause::incompatible_destination,
                       "the ACK has no answer to our offer");
        }
    }
    if (reoffer_ && !reoffer_->running && !ended_) send_reoffer();
}

void call_session::stray_success(const message& response) {
    auto self = shared_from_this();
    if (response.method() != sip_method_invite || !response.sip()->sip_cseq) return;
    if (response.to_tag() != dialog_.remote_tag() || dialog_.remote_tag().empty())
        return another_success(response);
    if (response.sip()->sip_cseq->cs_seq != last_ack_cseq_ || last_ack_.empty()) return;
    // RFC 3261, 13.2.2.4: the same ACK again for each retransmission of the 2xx.
    if (auto to = next_flow(dialog_)) (void)to->send(last_ack_);
}

}  // namespace strowger::sofia
