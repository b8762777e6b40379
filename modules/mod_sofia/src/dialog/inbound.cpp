#include "inbound.hpp"

#include "causes.hpp"
#include "fields.hpp"
#include "info.hpp"
#include "nat.hpp"
#include "table.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

std::shared_ptr<inbound_session> inbound_session::make(session_host& host,
                                                       server_transaction_ptr invite,
                                                       std::shared_ptr<const void> place) {
    auto session = std::make_shared<inbound_session>(host, std::move(invite));
    session->place_ = std::move(place);
    host.dialogs().add(session->dialog_.call_id(), session->dialog_.local_tag(), session);
    std::weak_ptr<inbound_session> weak = session;
    session->invite_->on_cancel = [weak](const message& cancel) {
        auto self = weak.lock();
        if (!self || !self->invite_) return;
        auto cancelled = std::move(self->invite_);
        self->reply(cancelled, 487);
        self->leave();
        if (self->ended_) return;
        bool elsewhere = completed_elsewhere(cancel);
        self->end(elsewhere ? hangup_cause::lose_race : hangup_cause::originator_cancel,
                  elsewhere ? "somebody else took the call" : "cancelled by the caller");
    };
    session->invite_->on_failure = [weak](std::string_view why) {
        auto self = weak.lock();
        if (!self || self->answered()) return;  // an answer has its own deadline, for the ACK
        self->invite_.reset();
        self->leave();
        if (!self->ended_) self->end(hangup_cause::network_out_of_order, std::string(why));
    };
    return session;
}

inbound_session::inbound_session(session_host& host, server_transaction_ptr invite)
    : call_session(host, direction::inbound), invite_(std::move(invite)) {
    const auto& asked = invite_->request();
    dialog_ = dialog::of_request(asked, new_tag());
    no_offer_ = sdp_of(asked).empty();
    source_only_ = behind_nat(asked, *invite_->from());
    use_flow(invite_->from());
}

void inbound_session::provisional(int status, std::string_view sdp) {
    reply(invite_, status,
          {{"Contact", host_.contact(*flow_)}, {"Allow", std::string(allowed_in_dialog)}}, sdp);
}

result<void> inbound_session::ring() {
    if (!invite_) return ended_ ? fail(errc::closed, "the call is over") : result<void>{};
    if (rang_ || progressed_) return {};
    rang_ = true;
    provisional(180, {});
    return {};
}

result<void> inbound_session::progress(std::string sdp) {
    if (!invite_) return ended_ ? fail(errc::closed, "the call is over") : result<void>{};
    if (progressed_) return {};
    progressed_ = true;
    provisional(183, sdp);
    return {};
}

result<void> inbound_session::answer(std::string sdp) {
    if (ended_) return fail(errc::closed, "the call is over");
    if (!invite_) return {};
    auto invite = std::move(invite_);
    invite->on_cancel = nullptr;  // RFC 3261, 9.2: a CANCEL has no effect any more
    dialog_.confirm();
    answer_invite(invite, sdp, no_offer_);
    return {};
}

void inbound_session::refuse(hangup_cause cause) {
    auto invite = std::move(invite_);
    if (!invite) return leave();
    invite->on_cancel = nullptr;
    reply(invite, status_of(cause), {{"Reason", reason_value(cause)}});
    leave();
}

bool inbound_session::early_request(const server_transaction_ptr& what) {
    const auto& asked = what->request();
    if (asked.from_tag() != dialog_.remote_tag()) return false;
    switch (asked.method()) {
        case sip_method_bye: {
            // RFC 3261, 15.1.2: the caller may end an early dialog with BYE; its INVITE gets 487.
            reply(what, 200);
            if (auto invite = std::move(invite_)) reply(invite, 487);
            leave();
            end(reason_of(asked).value_or(hangup_cause::originator_cancel), "BYE");
            return true;
        }
        case sip_method_invite:
            // RFC 3261, 14.2: before the first one has its final response.
            reply(what, 500, {{"Retry-After", "5"}});
            return true;
        case sip_method_options:
            reply(what, 200,
                  {{"Allow", std::string(allowed_in_dialog)}, {"Accept", "application/sdp"}});
            return true;
        case sip_method_info: {
            // Menus before the answer, over early media, are dialled into as well.
            auto heard = read_info(asked);
            reply(what, heard.status, heard.headers, {}, heard.phrase);
            if (heard.digit && events_) events_->digit(heard.digit, heard.duration);
            return true;
        }
        case sip_method_prack:
            return false;
        default:
            reply(what, 405, {{"Allow", std::string(allowed_in_dialog)}});
            return true;
    }
}

void inbound_session::early_flow_closed() {
    if (auto invite = std::move(invite_)) reply(invite, 503);
}

}  // namespace strowger::sofia
