#include "gateway/one_gateway.hpp"

#include "gateway/facts.hpp"
#include "gateway/registration.hpp"
#include "message/build.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/sip_header.h>

#include <algorithm>

namespace strowger::sofia {
namespace {

// As often as the addresses of a gateway's proxies are looked up: names move, seldom fast.
constexpr seconds look_up_every{300};

std::string_view view(const char* text) noexcept { return text ? text : ""; }

std::string status_text(const message& response) {
    const auto* line = response.sip()->sip_status;
    return cat(line->st_status, ' ', view(line->st_phrase));
}

std::string response_nonce(const message& response) {
    const auto* sip = response.sip();
    const auto* field =
        response.status() == 407 ? sip->sip_proxy_authenticate : sip->sip_www_authenticate;
    if (!field) return {};
    return std::string(view(msg_params_find(field->au_params, "nonce=")));
}

}  // namespace

one_gateway::one_gateway(gateway_services& services, gateway_settings settings)
    : services_(services),
      from_tag_(new_tag()),
      call_id_(new_call_id()),
      ping_call_id_(new_call_id()),
      wanted_expiry_(settings.expire_seconds),
      self_(std::make_shared<one_gateway*>(this)) {
    status_.settings = std::move(settings);
    status_.state = status_.settings.registers ? gateway_state::unreged : gateway_state::noreg;
}

one_gateway::~one_gateway() {
    *self_ = nullptr;
    for (auto* each : {&register_, &ping_})
        if (each->transaction) each->transaction->forget();
}

void one_gateway::start() {
    const auto& wanted = settings();
    const auto& text =
        !wanted.outbound_proxy.empty() ? wanted.outbound_proxy : wanted.register_proxy;
    auto where = read_target(text.empty() ? wanted.proxy : text, wanted.transport);
    if (!where) {
        services_.core.log().error("gateway ", wanted.name, ": ", where.error().text);
        return change(gateway_state::down, where.error().text);
    }
    send_to_ = std::move(*where);
    for (const auto& each : {wanted.proxy, wanted.register_proxy, wanted.outbound_proxy})
        if (auto known = read_target(each, wanted.transport)) hosts_.try_emplace(known->host);
    look_up_hosts();
    if (wanted.registers) begin_register();
    if (wanted.ping_seconds > 0) begin_ping();
}

void one_gateway::stop() {
    stopping_ = true;
    register_timer_.reset();
    ping_timer_.reset();
    hosts_timer_.reset();
    bool was_registered = status_.state == gateway_state::reged;
    if (register_.transaction) std::exchange(register_.transaction, nullptr)->forget();
    if (ping_.transaction) std::exchange(ping_.transaction, nullptr)->forget();
    if (!was_registered) return;
    change(gateway_state::unreged, "stopped");
    register_.tries = 0;
    // On the flow that is there; a new connection only to say good-bye is not worth the time.
    if (register_.over && register_.over->alive()) send(purpose::unregistering, register_.over);
}

void one_gateway::flow_closed(const flow_ptr& which) {
    if (stopping_ || !which || register_.over != which) return;
    register_.over = nullptr;
    if (status_.state != gateway_state::reged) return;
    if (register_.transaction) std::exchange(register_.transaction, nullptr)->forget();
    auto& clock = services_.core.clock();
    // One lost connection costs a second. A server that takes each registration and drops the
    // connection soon after is asked ever less often.
    bool soon = clock.now() - registered_at_ < seconds(settings().retry_seconds);
    losses_ = soon ? losses_ + 1 : 1;
    auto pause = losses_ == 1 ? seconds(1) : pause_after(losses_ - 1, settings().retry_seconds);
    services_.core.log().warning("gateway ", settings().name, ": the connection to ", send_to_.host,
                                 " ended, and it is not registered; next try in ", pause.count(),
                                 " s");
    change(gateway_state::unreged, "its connection ended");
    register_timer_ = clock.after(pause, [this] { begin_register(); });
}

bool one_gateway::speaks_on(const flow& from) const noexcept {
    for (const auto* each : {&register_, &ping_})
        if (each->over &&
            (each->over.get() == &from || each->over->remote().ip == from.remote().ip))
            return true;
    for (const auto& [host, addresses] : hosts_)
        if (std::find(addresses.begin(), addresses.end(), from.remote().ip) != addresses.end())
            return true;
    return false;
}

void one_gateway::look_up_hosts() {
    for (const auto& [host, addresses] : hosts_)
        services_.find_addresses(
            host, [self = self_, host = host](result<std::vector<boost::asio::ip::address>> found) {
                // Unanswered, what was known stays.
                if (*self && found) (*self)->hosts_[host] = std::move(*found);
            });
    hosts_timer_ = services_.core.clock().after(look_up_every, [this] { look_up_hosts(); });
}

void one_gateway::begin_register() {
    register_timer_.reset();
    if (status_.state != gateway_state::reged) change(gateway_state::trying, {});
    register_.tries = 0;
    find_and_send(purpose::registering);
}

void one_gateway::begin_ping() {
    ping_timer_.reset();
    ping_.tries = 0;
    find_and_send(purpose::ping);
}

void one_gateway::find_and_send(purpose why) {
    auto done = [self = self_, why](result<flow_ptr> found) {
        auto* gateway = *self;
        if (!gateway || gateway->stopping_) return;
        if (!found) return gateway->failed(why, found.error().text);
        gateway->send(why, *found);
    };
    services_.find_flow(settings().transport, send_to_.host, send_to_.port, std::move(done));
}

std::string one_gateway::request_uri(purpose why) const {
    const auto& wanted = settings();
    const auto& text = why == purpose::ping ? wanted.proxy : wanted.register_proxy;
    auto where = read_target(text.empty() ? wanted.proxy : text, wanted.transport);
    return where ? where->uri : send_to_.uri;
}

void one_gateway::send(purpose why, const flow_ptr& over) {
    const auto& wanted = settings();
    bool ping = why == purpose::ping;
    request_parts parts;
    parts.method = ping ? "OPTIONS" : "REGISTER";
    parts.request_uri = request_uri(why);
    if (!wanted.outbound_proxy.empty()) parts.routes.push_back(cat('<', send_to_.uri, ";lr>"));
    // A gateway without an account still has a name to ping with.
    auto user = !wanted.from_user.empty() ? wanted.from_user : wanted.name;
    auto address = cat("<sip:", user, '@', wanted.from_domain, '>');
    parts.from = cat(address, ";tag=", from_tag_);
    parts.to = ping ? cat('<', parts.request_uri, '>') : address;
    parts.call_id = ping ? ping_call_id_ : call_id_;
    parts.cseq = ++cseq_;
    // As FreeSWITCH does it: the user tells incoming calls of this gateway from others.
    auto contact = cat("sip:gw+", wanted.name, '@', services_.contact_host(over->kind()));
    if (over->kind() != transport_kind::udp) contact += cat(";transport=", to_string(over->kind()));
    parts.contact = cat('<', contact, '>');
    if (!ping)
        parts.headers.emplace_back("Expires",
                                   cat(why == purpose::registering ? wanted_expiry_ : 0u));
    if (challenge_ && (!ping || ping_.tries > 0)) {
        auto proof = answer_challenge(challenge_, parts.method, parts.request_uri, {},
                                      {wanted.auth_username, wanted.password, {}}, ++nonce_count_);
        if (proof) parts.headers.push_back(std::move(*proof));
    }
    auto request = make_request(parts);
    if (!request)
        return failed(why, cat("its settings make no valid request: ", request.error().text));
    of(why).over = over;
    client_events events;
    events.response = [self = self_, why](message response) {
        if (*self && response.status() >= 200) (*self)->answered(why, response);
    };
    events.failed = [self = self_, why](int status, std::string_view reason) {
        if (*self) (*self)->failed(why, cat(status, ' ', reason));
    };
    of(why).transaction = services_.transactions.send(std::move(*request), over, std::move(events));
}

void one_gateway::answered(purpose why, const message& response) {
    of(why).transaction = nullptr;
    auto status = response.status();
    if (status == 401 || status == 407) return challenged(why, copy(response));
    if (why == purpose::unregistering) return;
    if (why == purpose::ping) {
        // Whatever it answers, it is there; 408 and 503 a proxy before it may have made.
        if (status == 408 || status == 503) return failed(why, status_text(response));
        status_.ping_state = "UP";
        if (status_.state == gateway_state::down) change(gateway_state::noreg, {});
        ping_timer_ = services_.core.clock().after(seconds(settings().ping_seconds),
                                                   [this] { begin_ping(); });
        return;
    }
    if (status < 300) return registered(response);
    const auto* longer = response.sip()->sip_min_expires;
    if (status == 423 && longer && longer->me_delta > wanted_expiry_ && !stopping_) {
        // RFC 3261, 10.2.8. A day is more than any registrar means.
        wanted_expiry_ =
            static_cast<std::uint32_t>(std::min<unsigned long>(longer->me_delta, 86400));
        return send(why, of(why).over);
    }
    failed(why, status_text(response));
}

void one_gateway::registered(const message& response) {
    // RFC 3261, 10.2.4: our contact's expires, else the Expires header, else what we asked for.
    std::uint32_t granted = wanted_expiry_;
    const auto* sip = response.sip();
    if (sip->sip_expires) granted = static_cast<std::uint32_t>(sip->sip_expires->ex_delta);
    auto ours = cat("gw+", settings().name);
    for (const auto* each = sip->sip_contact; each; each = each->m_next)
        if (view(each->m_url->url_user) == ours && each->m_expires)
            (void)parse_number(view(each->m_expires), granted);
    if (granted == 0) return failed(purpose::registering, "it granted 0 seconds");
    failures_ = 0;
    if (status_.state != gateway_state::reged) registered_at_ = services_.core.clock().now();
    change(gateway_state::reged, {});
    register_timer_ =
        services_.core.clock().after(renew_after(granted), [this] { begin_register(); });
}

void one_gateway::challenged(purpose why, message response) {
    auto& current = of(why);
    // One answer per nonce; twice at most: the first may have been for a nonce that got stale.
    bool again = challenge_ && response_nonce(challenge_) == response_nonce(response);
    challenge_ = message();
    if (why == purpose::ping && settings().username.empty()) {
        status_.ping_state = "UP";
        ping_timer_ = services_.core.clock().after(seconds(settings().ping_seconds),
                                                   [this] { begin_ping(); });
        return;
    }
    if (again || current.tries >= 2)
        return failed(why,
                      cat(status_text(response), ": it does not take the username or password"));
    auto possible = answer_challenge(response, "REGISTER", "sip:x", {},
                                     {settings().auth_username, settings().password, {}}, 1);
    if (!possible) return failed(why, possible.error().text);
    ++current.tries;
    challenge_ = std::move(response);
    nonce_count_ = 0;
    send(why, current.over);
}

void one_gateway::failed(purpose why, std::string reason) {
    of(why).transaction = nullptr;
    if (stopping_ || why == purpose::unregistering) return;
    if (why == purpose::ping) {
        status_.ping_state = "DOWN";
        if (!settings().registers) change(gateway_state::down, cat("ping: ", reason));
        ping_timer_ = services_.core.clock().after(seconds(settings().ping_seconds),
                                                   [this] { begin_ping(); });
        return;
    }
    auto pause = pause_after(++failures_, settings().retry_seconds);
    register_.over = nullptr;
    if (failures_ == 1 || status_.reason != reason)
        services_.core.log().warning("gateway ", settings().name, ": not registered at ",
                                     send_to_.host, ": ", reason, "; next try in ", pause.count(),
                                     " s");
    change(gateway_state::fail_wait, std::move(reason));
    register_timer_ = services_.core.clock().after(pause, [this] { begin_register(); });
}

void one_gateway::change(gateway_state to, std::string reason) {
    auto from = std::exchange(status_.state, to);
    // Why it failed stays visible while it tries again.
    if (to != gateway_state::trying) status_.reason = std::move(reason);
    if (from == to) return;
    if (to == gateway_state::reged)
        services_.core.log().notice("gateway ", settings().name, ": registered at ", send_to_.host);
    services_.core.bus().publish(
        sofia_gateway_state{settings().name, settings().profile, to_string(to), status_.reason});
}

}  // namespace strowger::sofia
