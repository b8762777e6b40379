#include "session.hpp"

#include "causes.hpp"
#include "fields.hpp"
#include "nat.hpp"
#include "table.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

namespace {

error wrong_direction(std::string_view order) {
    return fail(errc::unsupported, cat("cannot ", order, " this leg in its direction"));
}

// A flow is told apart from others only while it is a connection; UDP has nothing that closes.
const flow* connection(const flow_ptr& which) {
    return which && which->reliable() ? which.get() : nullptr;
}

}  // namespace

call_session::call_session(session_host& host, direction way) : host_(host), way_(way) {}

call_session::~call_session() { host_.dialogs().moved(*this, connection(flow_), nullptr); }

result<void> call_session::start(std::string) { return wrong_direction("start"); }
result<void> call_session::ring() { return wrong_direction("ring"); }
result<void> call_session::progress(std::string) { return wrong_direction("send progress on"); }
result<void> call_session::answer(std::string) { return wrong_direction("answer"); }

leg_facts call_session::facts() const {
    return host_.facts(flow_.get(), flow_ ? flow_->kind() : transport_kind::udp, way_);
}

void call_session::detach() {
    events_ = nullptr;
    hangup(hangup_cause::normal_clearing, {});
}

void call_session::end(hangup_cause cause, std::string text) {
    ended_ = true;
    unacknowledged_.stop();
    reoffer_.reset();
    if (auto* told = std::exchange(events_, nullptr)) told->ended(cause, text);
}

void call_session::end_later(hangup_cause cause, std::string text) {
    ended_ = true;
    host_.later([self = shared_from_this(), cause, text = std::move(text)] {
        if (auto* told = std::exchange(self->events_, nullptr)) told->ended(cause, text);
    });
}

void call_session::hangup(hangup_cause cause, std::string_view text) {
    if (ended_) return;
    auto self = shared_from_this();
    if (!answered()) {
        refuse(cause);
    } else if (unacknowledged_.waiting() && flow_->alive()) {
        // RFC 3261, 15: the callee sends no BYE before the ACK to its 2xx, or its time has passed.
        bye_after_ack_ = cause;
    } else {
        send_bye(cause);
    }
    reoffer_.reset();
    end_later(cause, std::string(text));
}

void call_session::leave() {
    leaving_.reset();
    // The table's reference may be the last one: the caller holds one of its own.
    host_.dialogs().remove(dialog_.call_id(), dialog_.local_tag());
}

void call_session::leave_in(steady_time::duration how_long) {
    leaving_ = host_.clock().after(how_long, [this] {
        auto self = shared_from_this();
        leave();
    });
}

void call_session::abandon() {
    auto self = shared_from_this();
    unacknowledged_.stop();
    leaving_.reset();
    reoffer_.reset();
    if (bye_) bye_->forget();
    if (!ended_ && !answered()) early_flow_closed();
    if (!ended_) end_later(hangup_cause::normal_temporary_failure, "the profile stopped");
}

void call_session::use_flow(flow_ptr flow) {
    host_.dialogs().moved(*this, connection(flow_), connection(flow));
    flow_ = std::move(flow);
}

flow_ptr call_session::next_flow(const dialog& in) {
    if (!flow_ || flow_->reliable() || source_only_) return flow_;
    address where;
    if (!numeric_target(in.next_hop(), where) || where == flow_->remote()) return flow_;
    // A private address that a public peer tells is of no use here.
    if (is_private(where.ip) && !is_private(flow_->remote().ip)) return flow_;
    auto found = host_.datagram(where);
    return found ? found : flow_;
}

void call_session::flow_closed(std::string_view reason) {
    auto self = shared_from_this();
    if (!answered()) early_flow_closed();
    unacknowledged_.stop();
    reoffer_.reset();
    if (!ended_) end(hangup_cause::network_out_of_order, cat("the connection is gone: ", reason));
    leave();
}

std::string call_session::send_ack(const dialog& in, std::uint32_t cseq) {
    auto parts = in.ack(cseq);
    // RFC 3261, 13.2.2.4: with the credentials of its INVITE.
    if (!proof_.first.empty()) parts.headers.push_back(proof_);
    auto to = next_flow(in);
    auto made = make_request(parts);
    if (!made || !to) return {};
    auto sent = host_.transactions().send_stateless(std::move(*made), to);
    return sent ? std::move(*sent) : std::string{};
}

void call_session::send_bye(hangup_cause cause) {
    if (!flow_ || !flow_->alive()) return leave();
    auto parts = dialog_.request("BYE");
    dialog_.terminate();
    if (!parts) return leave();
    if (cause != hangup_cause::normal_clearing)
        parts->headers.emplace_back("Reason", reason_value(cause));
    watch(*parts, 0);
}

// Sends a BYE and stays until it is answered; challenged, it is sent again with credentials.
void call_session::watch(const request_parts& parts, int tries) {
    auto made = make_request(parts);
    auto to = next_flow(dialog_);
    if (!made || !to) return leave();
    client_events hear;
    std::weak_ptr<call_session> weak = weak_from_this();
    hear.response = [weak, again = request_parts(parts), tries](message response) mutable {
        auto self = weak.lock();
        if (!self || response.status() < 200) return;
        self->bye_.reset();
        if (self->authorize(response, again, tries)) {
            ++again.cseq;
            self->watch(again, tries);
        } else {
            self->leave();
        }
    };
    hear.failed = [weak](int, std::string_view) {
        if (auto self = weak.lock()) self->leave();
    };
    bye_ = host_.transactions().send(std::move(*made), to, std::move(hear));
}

// A BYE for a dialog that is not this call's: a fork that answered too late.
void call_session::send_bye(dialog& in, hangup_cause cause) {
    auto parts = in.request("BYE");
    auto to = next_flow(in);
    if (!parts || !to) return;
    parts->headers.emplace_back("Reason", reason_value(cause));
    if (auto made = make_request(*parts))
        host_.transactions().send(std::move(*made), to, client_events{})->forget();
}

bool call_session::authorize(const message& response, request_parts& parts, int& tries) {
    int status = response.status();
    if ((status != 401 && status != 407) || !credentials_ || tries >= 2) return false;
    const auto* challenge = status == 401 ? response.sip()->sip_www_authenticate
                                          : response.sip()->sip_proxy_authenticate;
    // RFC 7616, 3.3: only a stale nonce is a reason to try the same password again.
    if (tries > 0 && !is_stale(challenge)) return false;
    ++tries;
    auto header =
        answer_challenge(response, parts.method, parts.request_uri, parts.body, *credentials_, 1);
    if (!header) {
        host_.log().warning("cannot answer the challenge to our ", parts.method, ": ",
                            header.error().text);
        return false;
    }
    std::erase_if(parts.headers,
                  [&](const auto& each) { return iequals(each.first, header->first); });
    parts.headers.push_back(*header);
    proof_ = std::move(*header);
    return true;
}

}  // namespace strowger::sofia
