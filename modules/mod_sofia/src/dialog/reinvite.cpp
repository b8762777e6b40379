// Re-INVITEs, theirs and ours (RFC 3261, 14).
#include "causes.hpp"
#include "fields.hpp"
#include "message/random.hpp"
#include "session.hpp"
#include "transaction/route_back.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

namespace {

// RFC 3261, 14.1: 2.1 to 4 seconds for the side that made the Call-ID, 0 to 2 for the other, in
// units of 10 ms. Never zero: both sides would go on crossing in the same moment.
std::chrono::milliseconds glare_pause(bool ours) {
    static constexpr std::chrono::milliseconds unit(10);
    auto between = [](std::uint64_t least, std::uint64_t most) {
        return unit * (random_64() % (most - least + 1) + least);
    };
    return ours ? between(210, 400) : between(1, 200);
}

constexpr int most_glare_tries = 5;

// The refusal that an error of the channel stands for.
int refusal(const error& why) {
    switch (why.code) {
        case errc::busy:
            return 491;
        case errc::incompatible:
        case errc::unsupported:
        case errc::bad_syntax:
        case errc::invalid_argument:
            return 488;
        default:
            return 500;
    }
}

}  // namespace

void call_session::answer_invite(const server_transaction_ptr& to, std::string_view sdp,
                                 bool is_offer) {
    auto response = make_response(to->request(), 200, {}, dialog_.local_tag());
    auto add = [&](std::string_view name, std::string_view value) {
        if (auto added = add_header(response, name, value); !added)
            host_.log().error("cannot add ", name, " to a 200: ", added.error().text);
    };
    add("Contact", host_.contact(*to->from()));
    if (!host_.user_agent().empty()) add("User-Agent", host_.user_agent());
    add("Allow", allowed_in_dialog);
    if (!sdp.empty()) set_body(response, "application/sdp", sdp);
    our_offer_in_answer_ = is_offer;
    auto bytes = std::make_shared<std::string>(response.print());
    // A phone without rport may wait for responses at another port than it sent from.
    auto flow = response_flow(to->request(), to->from(),
                              [this](const address& where) { return host_.datagram(where); });
    unacknowledged_.start(
        host_.clock(), host_.timers(), to->request().sip()->sip_cseq->cs_seq,
        [flow, bytes] { (void)flow->send(*bytes); },
        [this] {
            auto self = shared_from_this();
            // RFC 3261, 13.3.1.4: without an ACK the dialog is ended with a BYE.
            send_bye(bye_after_ack_.value_or(hangup_cause::recovery_on_timer_expire));
            if (!ended_)
                end(hangup_cause::recovery_on_timer_expire, "the answer was never acknowledged");
        });
    to->respond(std::move(response));
}

void call_session::reinvite(const server_transaction_ptr& what) {
    const auto& asked = what->request();
    // RFC 3261, 14.2: one of ours is under way.
    if (reoffer_ && reoffer_->running) return reply(what, 491);
    if (unacknowledged_.waiting()) {
        // Their next INVITE shows that our 2xx arrived, unless its answer is still to come.
        if (our_offer_in_answer_) return reply(what, 500, {{"Retry-After", "1"}});
        unacknowledged_.stop();
    }
    // They won the glare: ours is given up, and what it was to change with it.
    if (reoffer_) reoffer_ended(fail(errc::busy, "the far end made an offer of its own"));
    if (!events_) return reply(what, 481);
    if (!asked.body().empty() && sdp_of(asked).empty())
        return reply(what, 415, {{"Accept", "application/sdp"}});
    std::string offer(sdp_of(asked));
    auto answer = events_->offered(offer);
    if (ended_) return reply(what, 481);
    if (!answer) {
        int status = refusal(answer.error());
        host_.log().info("a new offer was refused with ", status, ": ", answer.error().text);
        return reply(what, status);
    }
    dialog_.refresh_target(asked);
    answer_invite(what, *answer, offer.empty());
}

result<void> call_session::reoffer(std::string sdp) {
    if (ended_ || !answered()) return fail(errc::closed, "the call is not up");
    if (reoffer_) return fail(errc::busy, "a new offer is under way already");
    reoffer_ = std::make_unique<our_reoffer>();
    reoffer_->sdp = std::move(sdp);
    // RFC 3261, 14.1: no INVITE while another is in progress in either direction: ours goes out
    // when the ACK has come.
    if (!unacknowledged_.waiting()) send_reoffer();
    return {};
}

void call_session::send_reoffer() {
    auto& ours = *reoffer_;
    auto parts = dialog_.request("INVITE");
    auto to = next_flow(dialog_);
    std::weak_ptr<call_session> weak = weak_from_this();
    auto fail_later = [&](error why) {
        host_.later([weak, why = std::move(why)] {
            if (auto self = weak.lock(); self && self->reoffer_) self->reoffer_ended(why);
        });
    };
    if (!parts || !to || !to->alive())
        return fail_later(fail(errc::closed, "the call's connection is gone"));
    parts->contact = host_.contact(*to);
    if (!host_.user_agent().empty()) parts->headers.emplace_back("User-Agent", host_.user_agent());
    parts->headers.emplace_back("Allow", std::string(allowed_in_dialog));
    for (auto& header : ours.parts.headers)
        if (iequals(header.first, "Authorization") || iequals(header.first, "Proxy-Authorization"))
            parts->headers.push_back(header);
    parts->content_type = "application/sdp";
    parts->body = ours.sdp;
    auto made = make_request(*parts);
    if (!made) return fail_later(made.error());
    ours.parts = std::move(*parts);
    ours.running = true;
    client_events hear;
    hear.response = [weak](message response) {
        if (auto self = weak.lock()) self->reoffer_response(response);
    };
    hear.failed = [weak](int status, std::string_view why) {
        if (auto self = weak.lock()) self->reoffer_failed(status, why);
    };
    ours.transaction = host_.transactions().send(std::move(*made), to, std::move(hear));
}

void call_session::reoffer_response(const message& response) {
    int status = response.status();
    if (status < 200 || !response.sip()->sip_cseq) return;
    auto cseq = response.sip()->sip_cseq->cs_seq;
    if (status < 300) {
        if (cseq == last_ack_cseq_) return stray_success(response);
        last_ack_cseq_ = cseq;
        dialog_.refresh_target(response);
        last_ack_ = send_ack(dialog_, cseq);
        if (!reoffer_) return;
        auto sdp = sdp_of(response);
        if (sdp.empty())
            return reoffer_ended(fail(errc::incompatible, "the 2xx has no answer to our offer"));
        return reoffer_ended(std::string(sdp));
    }
    if (!reoffer_ || !reoffer_->running) return;
    reoffer_->running = false;
    if (authorize(response, reoffer_->parts, reoffer_->auth_tries)) return send_reoffer();
    if (status == 491 && ++reoffer_->glare_tries < most_glare_tries) {
        auto pause = glare_pause(way_ == direction::outbound);
        reoffer_->retry = host_.clock().after(pause, [this] {
            auto self = shared_from_this();
            if (reoffer_ && !unacknowledged_.waiting()) send_reoffer();
        });
        return;
    }
    reoffer_failed(status, cat(status, ' ', status_phrase(status)));
}

void call_session::reoffer_failed(int status, std::string_view why) {
    auto self = shared_from_this();
    // RFC 3261, 12.2.1.2: the far end knows no such dialog any more, or does not answer at all.
    if (status == 481 || status == 408) {
        send_bye(hangup_cause::normal_temporary_failure);
        if (!ended_) end(cause_of(status), std::string(why));
        return;
    }
    if (reoffer_)
        reoffer_ended(fail(status == 491 ? errc::busy : errc::incompatible, std::string(why)));
}

void call_session::reoffer_ended(result<std::string> outcome) {
    auto gone = std::move(reoffer_);
    if (events_) events_->reoffer_done(std::move(outcome));
}

}  // namespace strowger::sofia
