#include "transport/profile_transport.hpp"

#include "transport/connector.hpp"

#include <strowger/text.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>

namespace strowger::sofia {
namespace {

// 250 bytes each: phones behind UDP, with room for strangers.
constexpr std::size_t most_udp_flows = 32768;
constexpr std::size_t most_connects_waiting = 1024;
constexpr int same_port_tries = 20;

// OpenSSL writes with write(2), which raises SIGPIPE when the peer is gone. The program ignores
// that signal; this is for programs that forgot.
void ignore_broken_pipes() noexcept {
    struct sigaction now {};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL)
        ::signal(SIGPIPE, SIG_IGN);
}

milliseconds tick_for(const transport_settings& settings) {
    auto shortest = std::min({settings.handshake_timeout, settings.idle_timeout,
                              settings.silent_timeout, settings.connect_timeout});
    return std::clamp<milliseconds>(shortest / 5, milliseconds(20), milliseconds(1000));
}

std::int64_t in_ms(steady_time when) noexcept {
    return std::chrono::duration_cast<milliseconds>(when.time_since_epoch()).count();
}

}  // namespace

transport::~transport() = default;

std::unique_ptr<transport> make_transport(context& core, transport_settings settings,
                                          transport_events& events) {
    return std::make_unique<profile_transport>(core, std::move(settings), events);
}

profile_transport::profile_transport(context& core, transport_settings settings,
                                     transport_events& events)
    : core_(core),
      events_(events),
      hub_(std::make_shared<stream_hub>(core, std::move(settings),
                                        static_cast<stream_events&>(*this))),
      udp_flows_(most_udp_flows),
      tick_every_(tick_for(hub_->settings)) {}

profile_transport::~profile_transport() { stop(); }

void profile_transport::start() {
    if (running_) return;
    running_ = true;
    ignore_broken_pipes();
    const auto& settings = hub_->settings;
    auto ip = parse_address(settings.ip, settings.port);
    if (!ip) {
        auto why = cat("sip-ip of profile ", settings.profile, ": ", ip.error().text);
        if (settings.plain) {
            set_status(transport_kind::udp, {}, why);
            set_status(transport_kind::tcp, {}, why);
        }
        if (settings.tls.enabled) set_status(transport_kind::tls, {}, why);
        return;
    }
    bind_ip_ = advertised_ip_ = *ip;
    if (!settings.advertised_ip.empty()) {
        if (auto outside = parse_address(settings.advertised_ip, 0))
            advertised_ip_ = *outside;
        else
            hub_->log.warning("ext-sip-ip of profile ", settings.profile, ": ",
                              outside.error().text, "; ", settings.ip, " is used");
    }
    // Port 0 is for tests and for "any": UDP and TCP have the same one all the same.
    for (int i = 0; settings.plain && i < same_port_tries && !start_plain(); ++i) {
    }
    // Also without a TLS listener: gateways connect out over TLS.
    hub_->set_tls(std::make_shared<const tls_contexts>(load_tls(settings.tls)));
    if (settings.tls.enabled) {
        for (const auto& each : hub_->tls()->warnings)
            hub_->log.warning("profile ", settings.profile, ": ", each);
        start_tls();
    }
    next_minute_ = core_.clock().now() + std::chrono::minutes(1);
    tick();
}

// False: TCP did not get the port that UDP got by chance.
bool profile_transport::start_plain() {
    std::erase_if(status_, [](const auto& each) { return each.kind != transport_kind::tls; });
    auto wanted = bind_ip_;
    auto udp = bind_udp(wanted);
    if (udp) wanted.port = local_address(udp->get()).port;
    auto tcp = listen_tcp(wanted);
    if (udp && !tcp && bind_ip_.port == 0) {
        set_status(transport_kind::udp, bind_ip_, tcp.error().text);
        set_status(transport_kind::tcp, bind_ip_, tcp.error().text);
        return false;
    }
    if (udp) {
        udp_ = std::make_shared<udp_port>(hub_, std::move(*udp),
                                          [this](std::string_view bytes, const address& peer) {
                                              datagram_received(bytes, peer);
                                          });
        udp_->start();
        set_status(transport_kind::udp, udp_->at(), {});
    } else {
        set_status(transport_kind::udp, wanted, udp.error().text);
    }
    if (tcp)
        add_listener(transport_kind::tcp, std::move(*tcp));
    else
        set_status(transport_kind::tcp, wanted, tcp.error().text);
    return true;
}

void profile_transport::start_tls() {
    address wanted{bind_ip_.ip, hub_->settings.tls.port};
    auto contexts = hub_->tls();
    if (!contexts->server) return set_status(transport_kind::tls, wanted, contexts->server_problem);
    auto listening = listen_tcp(wanted);
    if (!listening) return set_status(transport_kind::tls, wanted, listening.error().text);
    add_listener(transport_kind::tls, std::move(*listening));
}

void profile_transport::add_listener(transport_kind kind, unique_fd listening) {
    auto made = std::make_shared<listener>(hub_, kind, std::move(listening));
    made->start();
    set_status(kind, made->at(), {});
    listeners_.push_back(std::move(made));
}

void profile_transport::set_status(transport_kind kind, const address& at, std::string problem) {
    auto found = std::find_if(status_.begin(), status_.end(),
                              [&](const auto& each) { return each.kind == kind; });
    if (found == status_.end()) found = status_.insert(status_.end(), listener_status{});
    if (!problem.empty())
        hub_->log.error("profile ", hub_->settings.profile, " does not listen on ", to_string(kind),
                        '/', to_string(at), ": ", problem);
    *found = listener_status{kind, at, problem.empty(), std::move(problem)};
}

void profile_transport::stop() {
    if (!running_) return;
    running_ = false;
    tick_.reset();
    hub_->inside = nullptr;
    hub_->attempts.close();
    hub_->greetings.close();
    for (auto& each : listeners_) each->close();
    listeners_.clear();
    if (udp_) udp_->close();
    udp_.reset();
    udp_flows_.clear();
    for (auto& [id, each] : streams_) {
        each->close("the profile stops");
        each->ended();
    }
    streams_.clear();
    for (auto& each : status_) {
        each.up = false;
        each.reason = "the profile is stopped";
    }
    auto pool = std::move(pool_);
    pool_.clear();
    orders_.clear();
    for (auto& [key, each] : pool)
        for (auto& done : each.waiting) done(fail(errc::closed, "the profile stops"));
}

result<void> profile_transport::reload_certificates() {
    auto newer = std::make_shared<const tls_contexts>(load_tls(hub_->settings.tls));
    const auto& profile = hub_->settings.profile;
    bool listens = hub_->settings.tls.enabled;
    if (listens && !newer->server)
        return fail(errc::invalid_argument,
                    cat("profile ", profile, " keeps its certificates: ", newer->server_problem));
    auto current = hub_->tls();
    if (!newer->client && current && current->client)
        return fail(errc::invalid_argument,
                    cat("profile ", profile, " keeps its certificates: ", newer->client_problem));
    hub_->set_tls(std::move(newer));
    // A listener that was down for its certificate has one now.
    bool up = std::any_of(status_.begin(), status_.end(), [](const auto& each) {
        return each.kind == transport_kind::tls && each.up;
    });
    if (running_ && listens && !up) start_tls();
    return {};
}

std::vector<listener_status> profile_transport::listeners() const { return status_; }

transport_counters profile_transport::counters() const {
    transport_counters now;
    now.received = hub_->received.load();
    now.sent = hub_->sent.load();
    now.malformed = hub_->malformed.load();
    now.oversized = hub_->oversized.load();
    now.refused_connections = hub_->refused.load();
    now.failed_handshakes = hub_->failed_handshakes.load();
    now.connections = streams_.size();
    return now;
}

result<flow_ptr> profile_transport::datagram(const address& peer) {
    if (!udp_)
        return fail(errc::unavailable,
                    cat("profile ", hub_->settings.profile, " has no UDP socket to reach ",
                        to_string(peer), " (see sofia status)"));
    if (peer.ip.is_v6() != udp_->at().ip.is_v6() || peer.port == 0)
        return fail(errc::invalid_argument,
                    cat("profile ", hub_->settings.profile, " at ", to_string(udp_->at()),
                        " cannot send to ", to_string(peer)));
    return flow_ptr(udp_flows_.to(peer, udp_, *hub_));
}

void profile_transport::connect(transport_kind kind, const address& peer, std::string name,
                                connect_done done) {
    // The answer never comes from within this call.
    auto answer = [this](connect_done to, result<flow_ptr> what) {
        boost::asio::post(hub_->loop, [to = std::move(to), what = std::move(what)] { to(what); });
    };
    if (!running_) return answer(std::move(done), fail(errc::closed, "the profile is stopped"));
    if (kind == transport_kind::udp) return answer(std::move(done), datagram(peer));
    pool_key key{kind, peer, kind == transport_kind::tls ? name : std::string()};
    auto& entry = pool_[key];
    if (entry.flow && entry.flow->alive()) return answer(std::move(done), flow_ptr(entry.flow));
    entry.flow.reset();
    if (entry.order == 0 && orders_.size() >= most_connects_waiting) {
        pool_.erase(key);
        return answer(std::move(done), fail(errc::limit_reached,
                                            cat("no connection to ", to_string(peer), " is made: ",
                                                orders_.size(), " others are in the making")));
    }
    entry.waiting.push_back(std::move(done));
    if (entry.order != 0) return;
    entry.order = ++last_order_;
    orders_.emplace(entry.order, key);
    connector::start(hub_, {kind, {bind_ip_.ip, 0}, peer, std::move(name)}, entry.order);
}

void profile_transport::opened(const std::shared_ptr<stream_flow>& flow, std::uint64_t order) {
    streams_.emplace(flow->id(), flow);
    if (order == 0) return;
    auto ordered = orders_.extract(order);
    if (ordered.empty()) return;
    auto& entry = pool_[ordered.mapped()];
    entry.flow = flow;
    entry.order = 0;
    auto waiting = std::move(entry.waiting);
    entry.waiting.clear();
    for (auto& done : waiting) done(flow_ptr(flow));
}

void profile_transport::connect_failed(std::uint64_t order, error why) {
    auto ordered = orders_.extract(order);
    if (ordered.empty()) return;
    auto entry = pool_.extract(ordered.mapped());
    hub_->strangers.write(stranger_log::kind::sending, log_level::info, why.text);
    for (auto& done : entry.mapped().waiting) done(why);
}

void profile_transport::received(message what, const std::shared_ptr<stream_flow>& from) {
    if (from->alive()) events_.received(std::move(what), from);
}

void profile_transport::closed(const std::shared_ptr<stream_flow>& flow, std::string_view reason) {
    if (streams_.erase(flow->id()) == 0) return;
    if (!flow->accepted())
        std::erase_if(pool_, [&](const auto& each) { return each.second.flow == flow; });
    hub_->log.debug("the connection ", flow->name(), " ended: ", reason);
    events_.flow_closed(flow, reason);
}

void profile_transport::datagram_received(std::string_view bytes, const address& peer) {
    auto parsed = message::parse(bytes);
    if (!parsed) {
        hub_->malformed.fetch_add(1, std::memory_order_relaxed);
        hub_->strangers.write(
            stranger_log::kind::datagram, log_level::info,
            cat("a datagram from udp/", to_string(peer), " is dropped: ", parsed.error().text));
        return;
    }
    flow_ptr from = udp_flows_.to(peer, udp_, *hub_);
    events_.received(std::move(*parsed), from);
}

flow_ptr profile_transport::find(std::string_view flow_id) const {
    if (auto found = streams_.find(flow_id); found != streams_.end())
        return found->second->alive() ? found->second : nullptr;
    return udp_flows_.find(flow_id);
}

std::vector<flow_ptr> profile_transport::flows() const {
    std::vector<flow_ptr> all;
    all.reserve(streams_.size());
    for (const auto& [id, each] : streams_) all.push_back(each);
    return all;
}

address profile_transport::advertised(transport_kind kind) const {
    address said{advertised_ip_.ip,
                 kind == transport_kind::tls ? hub_->settings.tls.port : hub_->settings.port};
    for (const auto& each : status_)
        if (each.kind == kind && each.up) said.port = each.at.port;
    return said;
}

void profile_transport::trace(bool on) { hub_->tracing.store(on); }

void profile_transport::tick() {
    auto now = core_.clock().now();
    hub_->now_ms.store(in_ms(now), std::memory_order_relaxed);
    hub_->attempts.expire(in_ms(now));
    hub_->greetings.expire(in_ms(now));
    close_quiet_connections();
    if (now >= next_minute_) {
        hub_->strangers.minute_passed();
        next_minute_ = now + std::chrono::minutes(1);
    }
    tick_ = core_.clock().after(tick_every_, [this] { tick(); });
}

void profile_transport::close_quiet_connections() {
    auto now = hub_->now_ms.load(std::memory_order_relaxed);
    const auto& settings = hub_->settings;
    for (const auto& [id, each] : streams_) {
        auto quiet = now - each->last_heard_ms.load(std::memory_order_relaxed);
        if (quiet < settings.silent_timeout.count() && quiet < settings.idle_timeout.count())
            continue;
        if (each->accepted() && !each->heard.load(std::memory_order_relaxed) &&
            quiet >= settings.silent_timeout.count())
            each->close("it sent no message");
        else if (quiet >= settings.idle_timeout.count() && !is_kept(each))
            each->close("it was idle");
    }
}

// A client that registered, and a connection that a dialog or a transaction holds, are kept: beside
// streams_, its connection and the pool, somebody has it.
bool profile_transport::is_kept(const std::shared_ptr<stream_flow>& flow) const {
    return !flow->authenticated_user().empty() || flow.use_count() > (flow->accepted() ? 2 : 3);
}

}  // namespace strowger::sofia
