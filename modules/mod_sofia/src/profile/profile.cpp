#include "profile.hpp"

#include "dialog/nat.hpp"
#include "dialog/session.hpp"

#include <strowger/text.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace strowger::sofia {

namespace {

bool is_ipv6(const std::string& ip) { return ip.find(':') != ip.npos; }

std::string host_text(const address& where) { return to_string(where); }

}  // namespace

profile::profile(context& core, profile_settings settings, const load_gauge& load)
    : core_(core), load_(load), settings_(std::move(settings)), resolver_(core) {}

profile::~profile() { dialogs_.clear(); }

bool profile::named(std::string_view name) const noexcept {
    return settings_.name == name || std::find(settings_.aliases.begin(), settings_.aliases.end(),
                                               name) != settings_.aliases.end();
}

void profile::start() {
    if (!settings_.problem.empty()) {
        core_.log().error("profile ", settings_.name, " stays down: ", settings_.problem);
        return;
    }
    transport_ = make_transport(core_, settings_.transport, *this);
    transactions_ = make_transaction_layer(
        core_.clock(), core_.log(), settings_.timers, *this,
        [this](const flow& on) { return host_text(contact_address(on)); },
        [this](const address& peer) { return datagram(peer); });
    auth_ = make_authenticator(core_, settings_.auth);
    registrar_ = make_registrar(core_, settings_.registrar, *transport_);
    strangers_ = std::make_shared<connection_limits>(settings_.max_strangers,
                                                     settings_.max_strangers_per_address, "calls");
    if (settings_.trace) transport_->trace(true);
    transport_->start();
    running_ = true;
    for (const auto& each : transport_->listeners())
        if (each.up)
            core_.log().info("profile ", settings_.name, " listens on ", to_string(each.kind), ' ',
                             to_string(each.at));
        else
            core_.log().error("profile ", settings_.name, ": ", to_string(each.kind), ' ',
                              to_string(each.at), " is down: ", each.reason);
    start_gateways();
}

void profile::start_gateways() {
    gateways_ = make_gateways(
        core_, settings_.gateways, *transactions_,
        [this](transport_kind kind, std::string host, std::uint16_t port,
               std::function<void(result<flow_ptr>)> done) {
            reach(kind, std::move(host), port, std::move(done));
        },
        [this](std::string host,
               std::function<void(result<std::vector<boost::asio::ip::address>>)> done) {
            resolver_.find_all(host, is_ipv6(settings_.transport.ip), std::move(done));
        },
        [this](transport_kind kind) { return host_text(transport_->advertised(kind)); });
    gateways_->start();
}

void profile::stop() {
    if (!running_) return;
    running_ = false;
    gateways_->stop();
    dialogs_.clear();
    for (const auto& [id, each] : std::exchange(delayed_, {})) respond(each.to, 503);
    retiring_.reset();
    transport_->stop();
}

void profile::reload(profile_settings now) {
    if (!running_) {
        settings_ = std::move(now);
        start();
        return;
    }
    if (settings_.transport.tls.enabled) {
        auto done = transport_->reload_certificates();
        if (!done)
            core_.log().error("profile ", settings_.name,
                              " keeps its old certificates: ", done.error().text);
    }
    if (now.settings_text != settings_.settings_text)
        core_.log().notice("profile ", settings_.name,
                           " has new settings; they take effect when mod_sofia is reloaded");
    bool other_gateways = now.gateways_text != settings_.gateways_text;
    settings_.gateways = std::move(now.gateways);
    settings_.gateways_text = std::move(now.gateways_text);
    settings_.aliases = std::move(now.aliases);
    if (other_gateways) rescan();
}

void profile::rescan() {
    if (!running_) return;
    gateways_->stop();
    retired_.push_back(std::move(gateways_));
    start_gateways();
    // The old ones go when their unregistrations had time to be answered.
    retiring_ = core_.clock().after(std::chrono::seconds(5), [this] { retired_.clear(); });
}

void profile::trace(bool on) {
    if (transport_) transport_->trace(on);
}

std::vector<listener_status> profile::listeners() const {
    return transport_ ? transport_->listeners() : std::vector<listener_status>{};
}

std::vector<gateway_status> profile::gateways() const {
    return gateways_ ? gateways_->status() : std::vector<gateway_status>{};
}

std::vector<binding> profile::bindings() const {
    return registrar_ ? registrar_->bindings() : std::vector<binding>{};
}

std::string profile::url(transport_kind kind) const {
    if (!transport_) return {};
    auto at = host_text(transport_->advertised(kind));
    return cat("sip:mod_sofia@", at, kind == transport_kind::tls ? ";transport=tls" : "");
}

std::string profile::codecs(bool inbound) const {
    const auto& list = inbound ? settings_.inbound_codecs : settings_.outbound_codecs;
    return list.empty() ? "any" : list;
}

std::string profile::own_host() const {
    const auto& outer = settings_.transport.advertised_ip;
    const auto& ip = outer.empty() ? settings_.transport.ip : outer;
    return is_ipv6(ip) ? cat('[', ip, ']') : ip;
}

// With ext-sip-ip, phones in the same private network still get the address they can reach.
address profile::contact_address(const flow& on) const {
    auto outer = transport_->advertised(on.kind());
    if (settings_.transport.advertised_ip.empty() || !is_private(on.remote().ip)) return outer;
    auto inner = on.local().ip;
    if (inner.is_unspecified() || !is_private(inner)) return outer;
    return {inner, outer.port};
}

std::string profile::contact(const flow& on) const {
    auto out = cat("<sip:mod_sofia@", host_text(contact_address(on)));
    if (on.kind() != transport_kind::udp) out += cat(";transport=", to_string(on.kind()));
    return out + '>';
}

leg_facts profile::facts(const flow* on, transport_kind planned, direction way) const {
    leg_facts out;
    out.way = way;
    auto kind = on ? on->kind() : planned;
    out.transport = std::string(to_string(kind));
    out.signalling_encrypted = kind == transport_kind::tls;
    if (on) {
        out.remote_address = to_string(on->remote());
        if (on->tls().verified) {
            out.peer = authentication::certificate;
            out.peer_name = on->tls().name;
        } else if (!on->authenticated_user().empty()) {
            out.peer = authentication::digest;
            out.peer_name = on->authenticated_user();
        } else {
            out.peer_problem =
                on->tls().problem.empty() ? "nobody proved who is there" : on->tls().problem;
        }
    }
    out.profile = settings_.name;
    out.media_ip = settings_.media_ip;
    bool inside = on && is_private(on->remote().ip);
    out.advertised_media_ip = inside ? std::string{} : settings_.advertised_media_ip;
    out.codec_preferences =
        way == direction::inbound ? settings_.inbound_codecs : settings_.outbound_codecs;
    out.media_timeout = settings_.media_timeout;
    out.media_hold_timeout = settings_.media_hold_timeout;
    return out;
}

flow_ptr profile::datagram(const address& peer) {
    auto found = transport_->datagram(peer);
    return found ? std::move(*found) : nullptr;
}

void profile::later(std::function<void()> work) {
    boost::asio::post(core_.executor(), std::move(work));
}

bool profile::is_own(transport_kind kind, const address& where) const {
    for (const auto& each : transport_->listeners()) {
        if (!each.up || each.kind != kind || each.at.port != where.port) continue;
        if (each.at.ip == where.ip || (each.at.ip.is_unspecified() && where.ip.is_loopback()))
            return true;
    }
    return transport_->advertised(kind) == where;
}

void profile::reach(transport_kind kind, std::string host, std::uint16_t port,
                    std::function<void(result<flow_ptr>)> done) {
    if (!running_) return done(fail(errc::closed, cat("profile ", settings_.name, " is down")));
    if (port == 0) port = kind == transport_kind::tls ? 5061 : 5060;
    bool ipv6 = is_ipv6(settings_.transport.ip);
    resolver_.find(
        host, port, ipv6, [this, kind, host, done = std::move(done)](result<address> where) {
            if (!where) return done(where.error());
            if (!running_) return done(fail(errc::closed, "the profile was stopped"));
            if (is_own(kind, *where))
                return done(
                    fail(errc::not_permitted, cat(to_string(*where), " is profile ", settings_.name,
                                                  " itself; a registered user is called as sofia/",
                                                  settings_.name, "/user%domain, or user/NAME")));
            if (kind == transport_kind::udp) return done(transport_->datagram(*where));
            transport_->connect(kind, *where, host, done);
        });
}

result<flow_ptr> profile::flow_of(const binding& what) {
    if (!running_) return fail(errc::unavailable, cat("profile ", settings_.name, " is down"));
    if (what.transport != "udp") {
        auto found = transport_->find(what.flow);
        if (found && found->alive()) return found;
        return fail(errc::unavailable,
                    cat(what.user, '@', what.domain, " registered over ", what.transport, " from ",
                        what.source, ", and that connection is gone"));
    }
    auto where = parse_address(what.source, 5060);
    if (!where) return where.error();
    return transport_->datagram(*where);
}

void profile::received(message what, const flow_ptr& from) {
    transactions_->received(std::move(what), from);
}

void profile::flow_closed(const flow_ptr& which, std::string_view reason) {
    // Before the transactions, whose end is news only to a gateway that was not registered.
    gateways_->flow_closed(which);
    transactions_->flow_closed(which);
    registrar_->flow_closed(which);
    dialogs_.flow_closed(which, reason);
}

void profile::ack(message what, const flow_ptr& from) {
    auto session = dialogs_.find(what.call_id(), what.to_tag());
    if (session && session->accepts(*from)) session->ack(what);
}

void profile::stray_response(message what, const flow_ptr& from) {
    int status = what.status();
    if (status < 200 || status > 299) return;
    auto session = dialogs_.find(what.call_id(), what.from_tag());
    if (session && session->accepts(*from)) session->stray_success(what);
}

}  // namespace strowger::sofia
