#include "outbound.hpp"

#include "causes.hpp"
#include "fields.hpp"
#include "info.hpp"
#include "nat.hpp"
#include "table.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::sofia {

namespace {

constexpr std::size_t most_branches = 16;

std::string status_line(const message& response) {
    const auto* line = response.sip()->sip_status;
    return cat(line->st_status, ' ', view(line->st_phrase));
}

// Why there is no flow, as a cause.
hangup_cause cause_of_error(errc code) noexcept {
    switch (code) {
        case errc::not_permitted:  // it would lead back to ourselves
            return hangup_cause::exchange_routing_error;
        case errc::not_found:
            return hangup_cause::no_route_destination;
        case errc::timed_out:
            return hangup_cause::recovery_on_timer_expire;
        default:
            return hangup_cause::normal_temporary_failure;
    }
}

}  // namespace

std::shared_ptr<outbound_session> outbound_session::make(session_host& host, outbound_plan plan) {
    auto session = std::make_shared<outbound_session>(host, std::move(plan));
    host.dialogs().add(session->dialog_.call_id(), session->dialog_.local_tag(), session);
    return session;
}

outbound_session::outbound_session(session_host& host, outbound_plan plan)
    : call_session(host, direction::outbound), plan_(std::move(plan)) {
    dialog_ = dialog::of_response(plan_.invite, message{});
    source_only_ = plan_.registered;
    credentials_ = std::move(plan_.who);
    if (plan_.on) use_flow(std::move(plan_.on));
}

leg_facts outbound_session::facts() const {
    return host_.facts(flow_.get(), flow_ ? flow_->kind() : plan_.transport, way_);
}

bool outbound_session::prepare() {
    if (flow_ || !plan_.reach) return true;
    auto reach = std::exchange(plan_.reach, nullptr);
    preparing_ = true;
    reach([self = shared_from_this(), &host = host_](result<flow_ptr> flow) {
        auto& mine = static_cast<outbound_session&>(*self);
        // Digits over UDP need no look-up and no connection.
        if (mine.preparing_ && flow) return mine.use_flow(std::move(*flow));
        host.later([self, flow = std::move(flow)] {
            static_cast<outbound_session&>(*self).reached(flow);
        });
    });
    preparing_ = false;
    return flow_ != nullptr;
}

void outbound_session::reached(result<flow_ptr> flow) {
    auto self = shared_from_this();
    if (ended_ || !events_) return leave();
    if (flow) {
        use_flow(std::move(*flow));
        return events_->ready();
    }
    leave();
    outcome(true);
    end(cause_of_error(flow.error().code), flow.error().text);
}

result<void> outbound_session::start(std::string sdp) {
    if (ended_) return fail(errc::closed, "the call is over");
    if (!flow_) return fail(errc::unavailable, "there is no way to reach the far end");
    plan_.invite.content_type = sdp.empty() ? "" : "application/sdp";
    plan_.invite.body = std::move(sdp);
    auto sent = send_invite();
    if (!sent) outcome(true);
    return sent;
}

result<void> outbound_session::send_invite() {
    if (!flow_->alive()) return fail(errc::closed, "the connection to the far end is gone");
    plan_.invite.contact = host_.contact(*flow_);
    auto made = make_request(plan_.invite);
    if (!made) return made.error();
    std::weak_ptr<call_session> weak = weak_from_this();
    client_events hear;
    hear.response = [weak](message what) {
        if (auto self = weak.lock()) static_cast<outbound_session&>(*self).response(what);
    };
    hear.failed = [weak](int status, std::string_view why) {
        if (auto self = weak.lock()) static_cast<outbound_session&>(*self).failed(status, why);
    };
    invite_ = host_.transactions().send(std::move(*made), flow_, std::move(hear));
    return {};
}

void outbound_session::response(const message& what) {
    int status = what.status();
    if (status < 200) return provisional(what);
    if (status < 300) return success(what);
    refused(what);
}

void outbound_session::provisional(const message& what) {
    if (!events_ || answered() || what.status() == 100) return;
    std::string tag(what.to_tag());
    auto known = std::find_if(early_.begin(), early_.end(),
                              [&](const branch& each) { return each.tag == tag; });
    if (what.status() == 199) {  // RFC 6228: this branch has failed, others live
        if (known == early_.end()) return;
        early_.erase(known);
        return events_->branch_ended(tag);
    }
    if (known == early_.end()) {
        if (early_.size() >= most_branches) return;
        early_.push_back({tag, {}});
        known = early_.end() - 1;
    }
    if (auto sdp = sdp_of(what); !sdp.empty()) {
        known->sdp = std::string(sdp);
        events_->progressed(tag, sdp);
    } else if (what.status() == 180) {
        events_->ringing(tag);
    }
}

void outbound_session::success(const message& what) {
    auto self = shared_from_this();
    if (answered() || dialog_.state() == dialog_state::terminated) return stray_success(what);
    if (ended_ || what.to_tag().empty()) {
        another_success(what);
        leave_in(64 * host_.timers().t1);  // for its retransmissions
        return;
    }
    dialog_ = dialog::of_response(plan_.invite, what);
    dialog_.confirm_by(what);
    last_ack_cseq_ = plan_.invite.cseq;
    last_ack_ = send_ack(dialog_, last_ack_cseq_);
    invite_.reset();
    outcome(false);
    std::string sdp(sdp_of(what));
    if (sdp.empty())  // some put their answer into the 183 only
        for (const auto& each : early_)
            if (each.tag == what.to_tag()) sdp = each.sdp;
    // Nothing large is kept for the length of the call.
    early_ = {};
    plan_.invite.body = {};
    plan_.invite.headers = {};
    if (sdp.empty() && !plan_.invite.content_type.empty()) {
        send_bye(hangup_cause::incompatible_destination);
        return end(hangup_cause::incompatible_destination, "the answer has no SDP");
    }
    if (events_) events_->answered(dialog_.remote_tag(), sdp);
}

// RFC 3261, 13.2.2.4: every 2xx is acknowledged; a dialog that nobody wants is ended at once.
void outbound_session::another_success(const message& response) {
    auto unwanted = dialog::of_response(plan_.invite, response);
    unwanted.confirm_by(response);
    (void)send_ack(unwanted, response.sip()->sip_cseq->cs_seq);
    if (std::find(late_.begin(), late_.end(), unwanted.remote_tag()) != late_.end()) return;
    if (late_.size() >= most_branches) return;
    late_.push_back(unwanted.remote_tag());
    send_bye(unwanted, ended_ ? hangup_cause::originator_cancel : hangup_cause::lose_race);
}

void outbound_session::refused(const message& what) {
    auto self = shared_from_this();
    if (answered()) return;  // of a fork: the first 2xx has won
    invite_.reset();
    if (ended_) return leave();
    if (authorize(what, plan_.invite, auth_tries_)) {
        ++plan_.invite.cseq;
        auto sent = send_invite();
        if (sent) return;
        host_.log().warning("cannot send the INVITE again: ", sent.error().text);
    }
    leave();
    outcome(true);
    end(reason_of(what).value_or(cause_of(what.status())), status_line(what));
}

void outbound_session::failed(int status, std::string_view why) {
    auto self = shared_from_this();
    if (answered()) return;
    invite_.reset();
    leave();
    if (ended_) return;
    outcome(true);
    end(cause_of(status), std::string(why));
}

void outbound_session::refuse(hangup_cause cause) {
    outcome(false);
    if (!invite_) return leave();
    invite_->cancel(reason_value(cause));
    // RFC 3261, 9.1: when no final response comes within 64*T1, the call counts as cancelled. A 2xx
    // that crosses the CANCEL still finds us, and gets its ACK and BYE.
    leave_in(64 * host_.timers().t1);
}

bool outbound_session::early_request(const server_transaction_ptr& what) {
    const auto& asked = what->request();
    auto known = std::any_of(early_.begin(), early_.end(),
                             [&](const branch& each) { return each.tag == asked.from_tag(); });
    if (!known) return false;
    switch (asked.method()) {
        case sip_method_info: {
            // Menus before the answer, over early media, are dialled into as well.
            auto heard = read_info(asked);
            reply(what, heard.status, heard.headers, {}, heard.phrase);
            if (heard.digit && events_) events_->digit(heard.digit, heard.duration);
            return true;
        }
        case sip_method_options:
            reply(what, 200,
                  {{"Allow", std::string(allowed_in_dialog)}, {"Accept", "application/sdp"}});
            return true;
        case sip_method_invite:
            reply(what, 491);
            return true;
        case sip_method_bye:
            // RFC 3261, 15: the callee may not; the call ends all the same.
            return false;
        default:
            reply(what, 405, {{"Allow", std::string(allowed_in_dialog)}});
            return true;
    }
}

void outbound_session::early_flow_closed() {
    if (invite_) invite_->forget();
    invite_.reset();
    outcome(true);
}

void outbound_session::outcome(bool is_failure) {
    if (auto tell = std::exchange(plan_.on_outcome, nullptr)) tell(is_failure);
}

}  // namespace strowger::sofia
