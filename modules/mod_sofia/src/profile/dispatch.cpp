// What a profile does with requests: dialogs, authentication, registrar, new calls.
#include "dialog/fields.hpp"
#include "dialog/inbound.hpp"
#include "incoming.hpp"
#include "profile.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

namespace {

constexpr std::string_view allowed = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, REGISTER";
constexpr std::size_t most_delayed = 10000;

}  // namespace

void profile::respond(const server_transaction_ptr& what, int status, std::string_view name,
                      std::string_view value) {
    auto response = make_response(what->request(), status);
    if (!name.empty()) (void)add_header(response, name, value);
    what->respond(std::move(response));
}

void profile::answer_after(std::chrono::milliseconds delay, const server_transaction_ptr& what,
                           std::function<void()> work) {
    if (delay.count() <= 0) return work();
    if (delayed_.size() >= most_delayed) {
        say_too_many_wait();
        return refuse_overload(what);
    }
    auto id = ++last_delayed_;
    auto alarm = core_.clock().after(delay, [this, id, work = std::move(work)] {
        auto kept = delayed_.extract(id);
        const auto& asked = kept.mapped().to;
        if (asked->answered()) return;  // 487: it was cancelled
        if (!asked->from()->alive()) return respond(asked, 503);
        work();
    });
    delayed_[id] = {what, std::move(alarm)};
}

void profile::say_too_many_wait() {
    auto now = core_.clock().now();
    if (told_too_many_ != steady_time::min() && now - told_too_many_ < std::chrono::minutes(1))
        return;
    told_too_many_ = now;
    core_.log().warning("profile ", settings_.name, ": ", most_delayed,
                        " requests of sources that failed to log in wait for their answer; more "
                        "are answered 503");
}

void profile::request(const server_transaction_ptr& what) {
    const auto& asked = what->request();
    if (!running_) return respond(what, 503);
    auto method = asked.method();
    // RFC 3261, 8.2.2.1 and 12.2.2: a To tag means a dialog, for those methods that have one.
    if (!asked.to_tag().empty() && method != sip_method_register && method != sip_method_options &&
        method != sip_method_message)
        return in_dialog(what);
    if (!asked.to_tag().empty() && method == sip_method_options &&
        dialogs_.find(asked.call_id(), asked.to_tag()))
        return in_dialog(what);
    const auto* hops = asked.sip()->sip_max_forwards;
    if (hops && hops->mf_count == 0 && method != sip_method_options) return respond(what, 483);
    if (load_.overloaded() || (settings_.max_proceeding > 0 &&
                               transactions_->counters().server_live > settings_.max_proceeding))
        return refuse_overload(what);
    switch (method) {
        case sip_method_invite:
            if (!unsupported(what)) authenticate(what, true);
            return;
        case sip_method_register:
            if (!settings_.registers) return respond(what, 403);
            if (!unsupported(what)) authenticate(what, false);
            return;
        case sip_method_options:
            return answer_options(what);
        case sip_method_subscribe:
        case sip_method_publish:
            return respond(what, 489);  // RFC 6665, 4.2.1.1; RFC 3903, 6: no event package is known
        case sip_method_refer:
            return respond(what, 501);
        case sip_method_message:
            return respond(what, 405, "Allow", allowed);
        case sip_method_unknown:
            return respond(what, 501, "Allow", allowed);
        default:
            return respond(what, 481);  // BYE, INFO, PRACK, UPDATE, NOTIFY outside any dialog
    }
}

void profile::in_dialog(const server_transaction_ptr& what) {
    const auto& asked = what->request();
    auto session = dialogs_.find(asked.call_id(), asked.to_tag());
    if (!session) return respond(what, 481);
    if (!session->accepts(*what->from())) {
        core_.log().notice("profile ", settings_.name, ": ", asked.method_name(), " from ",
                           to_string(what->from()->kind()), '/', to_string(what->from()->remote()),
                           " is for a call on another, secure connection: refused");
        return respond(what, 481);
    }
    if (asked.method() == sip_method_invite && unsupported(what)) return;
    session->request(what);
}

// RFC 3261, 8.2.2.3: an extension that must be understood and is not.
bool profile::unsupported(const server_transaction_ptr& what) {
    const auto& asked = what->request();
    const auto* require = asked.sip()->sip_require;
    std::string names;
    for (auto* items = require ? require->k_items : nullptr; items && *items; ++items) {
        // RFC 3327 and RFC 5626: the registrar keeps Path and the flow.
        bool known = asked.method() == sip_method_register &&
                     (iequals(*items, "path") || iequals(*items, "outbound"));
        if (!known) names += cat(names.empty() ? "" : ", ", view(*items));
    }
    if (names.empty()) {
        const auto* sip = asked.sip();
        bool strange = asked.method() == sip_method_invite && !asked.body().empty() &&
                       (content_type(asked) != "application/sdp" || sip->sip_content_encoding);
        if (!strange) return false;
        respond(what, 415, "Accept", "application/sdp");  // RFC 3261, 8.2.3
        return true;
    }
    respond(what, 420, "Unsupported", names);
    return true;
}

void profile::refuse_overload(const server_transaction_ptr& what) {
    auto response = make_response(what->request(), 503);
    (void)add_header(response, "Retry-After", "2");
    transactions_->reply_stateless(what->request(), what->from(), std::move(response));
}

void profile::answer_options(const server_transaction_ptr& what) {
    auto response = make_response(what->request(), 200);
    (void)add_header(response, "Contact", contact(*what->from()));
    (void)add_header(response, "Allow", allowed);
    (void)add_header(response, "Accept", "application/sdp");
    if (!settings_.user_agent.empty())
        (void)add_header(response, "User-Agent", settings_.user_agent);
    what->respond(std::move(response));
}

void profile::authenticate(const server_transaction_ptr& what, bool proxy) {
    auto decision =
        std::make_shared<auth_decision>(auth_->check(what->request(), *what->from(), proxy));
    if (decision->outcome == auth_outcome::challenge && decision->delay.count() <= 0) {
        // RFC 3261, 8.2.7 and 26.3.2.4: nothing is kept of a request without credentials.
        if (!decision->reason.empty() && decision->reason != "no credentials")
            refuse(what, *decision);
        else
            transactions_->reply_stateless(what->request(), what->from(),
                                           std::move(decision->response));
        return;
    }
    answer_after(decision->delay, what, [this, what, decision] {
        if (decision->outcome == auth_outcome::accepted)
            authenticated(what, decision->user);
        else
            refuse(what, *decision);
    });
}

void profile::refuse(const server_transaction_ptr& what, auth_decision& why) {
    const auto& asked = what->request();
    const auto* said = why.response.sip();
    bool old_nonce =
        said && (is_stale(said->sip_www_authenticate) || is_stale(said->sip_proxy_authenticate));
    auto level = settings_.log_auth_failures && !old_nonce ? log_level::warning : log_level::debug;
    const auto* from = asked.sip()->sip_from->a_url;
    core_.log().write(level, "profile ", settings_.name, ": ", asked.method_name(), " of ",
                      view(from->url_user), '@', view(from->url_host), " from ",
                      to_string(what->from()->remote()), " was not let in: ", why.reason);
    what->respond(std::move(why.response));
}

void profile::authenticated(const server_transaction_ptr& what,
                            std::shared_ptr<const directory_user> user) {
    const auto& asked = what->request();
    const auto* sip = asked.sip();
    bool proved = sip->sip_authorization || sip->sip_proxy_authorization;
    bool registering = asked.method() == sip_method_register;
    // Blind registrations prove nothing; the flow is as unknown as before.
    if (user && proved && !(registering && settings_.auth.accept_blind_registrations))
        what->from()->authenticate(cat(user->id, '@', user->domain));
    if (registering)
        registrar_->handle(what, std::move(user));
    else
        new_call(what, std::move(user));
}

// The gateway that an INVITE came from: it calls the Contact we registered with ("gw+NAME").
// Anybody can write that; the gateway's context is for the gateway.
const gateway_settings* profile::gateway_of(const message& invite, const flow& from) const {
    auto user = user_text(invite.sip()->sip_request->rq_url);
    if (!user.starts_with("gw+") || !gateways_) return nullptr;
    const auto* gateway = gateways_->find(std::string_view(user).substr(3));
    if (!gateway || gateways_->speaks_on(gateway->name, from)) return gateway;
    core_.log().notice("profile ", settings_.name, ": a call for gateway ", gateway->name, " from ",
                       to_string(from.remote()), " over ", to_string(from.kind()),
                       " is taken as anybody's: it came neither on the gateway's connection nor "
                       "from an address of its proxy or registrar");
    return nullptr;
}

void profile::new_call(const server_transaction_ptr& what,
                       std::shared_ptr<const directory_user> user) {
    auto endpoint = core_.registry().find<strowger::endpoint>("endpoint/sofia");
    if (!endpoint) return respond(what, 503);
    ++counters_.calls_in;
    const auto& asked = what->request();
    const auto* gateway = gateway_of(asked, *what->from());
    connection_limits::place place;
    if (!user && !gateway) {
        auto room = strangers_->admit(what->from()->remote().ip);
        if (!room) {
            auto now = core_.clock().now();
            if (now - strangers_told_ > std::chrono::minutes(1)) {
                strangers_told_ = now;
                core_.log().warning(
                    "profile ", settings_.name,
                    ": calls of unknown callers are refused, as one from ",
                    to_string(what->from()->remote()), ": ", room.error().text,
                    " (max-unauthenticated-calls, max-unauthenticated-calls-per-address)");
            }
            return respond(what, 503, "Retry-After", "30");
        }
        place = std::move(*room);
    }
    if (gateway) gateways_->count_call(gateway->name, false, false);
    auto call = describe(asked, *what->from(), settings_, user.get(), gateway);
    auto session = inbound_session::make(*this, what, std::move(place));
    call.signalling = owned<leg>(endpoint.again(), std::make_unique<invite_leg>(session));
    auto made = core_.calls().incoming(std::move(call));
    if (made) return;
    ++counters_.failed_calls_in;
    core_.log().info("profile ", settings_.name, ": a call from ",
                     to_string(what->from()->remote()), " was refused: ", made.error().text);
}

}  // namespace strowger::sofia
