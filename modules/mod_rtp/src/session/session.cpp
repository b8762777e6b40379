#include "session/session.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::rtp {

session::session(std::shared_ptr<engine_state> engine, leg_facts facts, negotiator talk,
                 lease<media_protection> protection, std::shared_ptr<placement> place,
                 session* near)
    : engine_(std::move(engine)),
      facts_(std::move(facts)),
      protection_(std::move(protection)),
      talk_(std::move(talk)),
      place_(std::move(place)),
      parent_(near) {
    engine_->sessions.emplace(this, this);
    if (parent_) parent_->children_.push_back(this);
}

session::~session() {
    leave();
    if (parent_) std::erase(parent_->children_, this);
    for (auto* child : children_) child->parent_ = nullptr;
    engine_->sessions.erase(this);
    place_->close();
    if (engine_->sessions.empty() && engine_->last_session_gone) engine_->last_session_gone();
}

// ---- offer and answer ----

// What the leg that this one is, or will be, joined with carries.
std::optional<carried> session::other_legs_codecs() const {
    const session* other = joined_ ? joined_ : parent_;
    if (!other)
        // The outbound leg that answered; the latest when several did.
        for (const auto* child : children_)
            if (child->talk_.stream() && (!other || child->talk_.answered())) other = child;
    if (!other) return {};
    auto found = other->talk_.carries();
    if (found.list.empty()) return {};
    return found;
}

result<std::string> session::create_offer() {
    auto near = other_legs_codecs();
    return talk_.offer(near ? &*near : nullptr);
}

result<void> session::set_remote(std::string_view sdp, std::string_view branch, sdp_kind kind) {
    if (kind == sdp_kind::offer) return talk_.remote_offer(sdp);
    bool final = kind == sdp_kind::final_answer, before = talk_.answered();
    if (auto taken = talk_.remote_answer(sdp, branch, final); !taken) return taken;
    if (!final && before) return {};
    return apply();
}

void session::established() {
    place_->post([leg = place_->shared_leg()] { leg->watch_silence(true); });
}

result<std::string> session::create_answer() {
    auto far = other_legs_codecs();
    auto text = talk_.answer(far ? &*far : nullptr);
    if (!text) return text;
    if (auto applied = apply(); !applied) return applied.error();
    return text;
}

void session::rollback() {
    talk_.rollback();
    if (auto applied = apply(); !applied)
        engine_->ctx.log().error("media of ", facts_.remote_address, ": ", applied.error().text);
}

void session::drop(std::string_view branch) {
    talk_.drop(branch);
    if (auto applied = apply(); !applied)
        engine_->ctx.log().error("media of ", facts_.remote_address, ": ", applied.error().text);
}

// Tells the media thread what is in force now.
result<void> session::apply() {
    struct change {
        leg_settings settings;
        protected_stream protection;
        bool protect = false;
    };
    auto next = std::make_shared<change>();
    const auto* stream = talk_.stream();
    if (stream) {
        next->settings = settings_for(*stream, facts_);
        auto taken = talk_.take_protection();
        if (!taken) return taken.error();
        if (auto& fresh = *taken) {
            next->protect = true;
            next->protection = {protection_, std::move(fresh->outgoing),
                                std::move(fresh->incoming)};
            keying_ = std::move(fresh->keying);
            suite_ = std::move(fresh->suite);
            protected_ = true;
        }
        if (stream->secure && !facts_.signalling_encrypted && !warned_of_clear_keys_) {
            warned_of_clear_keys_ = true;
            engine_->ctx.log().warning(
                "the media keys of the leg with ", facts_.remote_address, " travel over ",
                facts_.transport, " where everybody can read them; use TLS for its signalling");
        }
    }
    if (protected_ && !(stream && stream->secure)) {
        next->protect = true;  // with nothing
        protected_ = false;
        keying_.clear();
        suite_.clear();
    }
    place_->post([leg = place_->shared_leg(), next] {
        if (next->protect) leg->protect(next->protection);
        leg->configure(next->settings);
    });
    if (echo_) echo(true);
    if (joined_) link();
    return {};
}

// ---- what packets do ----

result<void> session::join(media_session& which) {
    auto* peer = engine_->find(&which);
    if (!peer)
        return fail(errc::incompatible,
                    "the other leg's media is of another engine, or of one before a reload");
    if (peer == this) return fail(errc::invalid_argument, "a leg cannot be joined with itself");
    if (joined_ == peer) return {};
    const auto *mine = talk_.stream(), *theirs = peer->talk_.stream();
    if (mine && theirs && !have_common_audio(*mine, *theirs))
        return fail(errc::incompatible, cat("no common codec: one leg has ", mine->audio()->text(),
                                            ", the other ", theirs->audio()->text()));
    leave();
    peer->leave();
    joined_ = peer;
    peer->joined_ = this;
    link();
    return {};
}

// Posts the mutual link to the media thread both live on, moving the peer there first if need be.
void session::link() {
    auto* peer = joined_;
    if (!loop() || !peer->loop()) return;
    // A moving leg is on no thread: the link waits for its arrival. leave() forgets it.
    auto again = [this] {
        if (joined_) link();
    };
    if (place_->moving()) return place_->when_arrived(again);
    if (!peer->place_->moving() && peer->loop() != loop()) peer->place_->move(*loop());
    if (peer->place_->moving()) return peer->place_->when_arrived(again);
    const auto *mine = talk_.stream(), *theirs = peer->talk_.stream();
    auto there = empty_map(), back = empty_map();
    if (mine && theirs) {
        there = map_between(*mine, *theirs);
        back = map_between(*theirs, *mine);
    }
    auto work = [a = place_->shared_leg(), b = peer->place_->shared_leg(), there, back] {
        a->link(b.get(), there);
        b->link(a.get(), back);
    };
    place_->post(work);
}

void session::leave() {
    auto* peer = std::exchange(joined_, nullptr);
    if (!peer) return;
    peer->joined_ = nullptr;
    for (auto* each : {this, peer}) each->place_->when_arrived(nullptr);
    for (auto* each : {this, peer})
        each->place_->post([leg = each->place_->shared_leg()] { leg->unlink(); });
}

void session::echo(bool on) {
    echo_ = on;
    const auto* stream = talk_.stream();
    auto map = stream && on ? map_between(*stream, *stream) : empty_map();
    place_->post([leg = place_->shared_leg(), on, map] { leg->echo(on, map); });
}

result<std::chrono::milliseconds> session::play_tones(std::string_view tones) {
    auto script = parse_tones(tones);
    if (!script) return script.error();
    const auto* stream = talk_.stream();
    const auto* audio = stream ? stream->audio() : nullptr;
    if (!audio || !(iequals(audio->name, "PCMU") || iequals(audio->name, "PCMA")))
        return fail(errc::unsupported, cat("tones are played with PCMU and PCMA; this leg has ",
                                           audio ? audio->text() : std::string("no codec yet")));
    auto duration = script->duration();
    auto made =
        std::make_shared<std::unique_ptr<player>>(std::make_unique<player>(std::move(*script)));
    place_->post([leg = place_->shared_leg(), made] { leg->play(*made); });
    return duration;
}

void session::stop_playing() {
    auto nothing = std::make_shared<std::unique_ptr<player>>();
    place_->post([leg = place_->shared_leg(), nothing] { leg->play(*nothing); });
}

// ---- who listens ----

// The leg owns its taps: they go with it when the session ends.
result<void> session::tap(owned<media_tap> listener) {
    if (!listener) return fail(errc::invalid_argument, "there is no tap to add");
    if (!loop()) return fail(errc::unavailable, "no media thread could take this leg");
    if (taps_.size() == tap_list::most)
        return fail(errc::limit_reached,
                    cat("a leg has at most ", tap_list::most, " taps; take one away first"));
    taps_.push_back(listener.get());
    auto coming = std::make_shared<owned<media_tap>>(std::move(listener));
    place_->post([leg = place_->shared_leg(), coming] { leg->tap(*coming); });
    return {};
}

void session::untap(const media_tap& listener) {
    if (std::erase(taps_, &listener) == 0) return;
    auto going = std::make_shared<owned<media_tap>>();
    place_->post(
        [leg = place_->shared_leg(), which = &listener, going] { leg->untap(*which, *going); });
}

// ---- what is told ----

void session::deliver() {
    std::vector<media_event> pending;
    while (auto event = place_->media().events().pop()) pending.push_back(*event);
    auto engine = engine_;  // the observer may destroy this
    for (const auto& event : pending) {
        if (!engine->find(this) || !events_) return;
        if (event.what == media_event::kind::digit)
            events_->on_digit(event.digit, std::chrono::milliseconds(event.milliseconds));
        else
            events_->on_media_timeout();
    }
}

media_status session::status() const {
    media_status out;
    const auto& counters = place_->media().counters();
    auto read = [](const std::atomic<std::uint64_t>& which) {
        return which.load(std::memory_order_relaxed);
    };
    out.packets_in = read(counters.packets_in);
    out.packets_out = read(counters.packets_out);
    out.bytes_in = read(counters.bytes_in);
    out.bytes_out = read(counters.bytes_out);
    out.strangers = read(counters.strangers);
    out.unauthentic = read(counters.unauthentic);
    out.not_rtp = read(counters.not_rtp);
    out.taps = taps_.size();
    if (auto ip = ip_address::parse(facts_.media_ip))
        out.local = socket_address(*ip, place_->ports().port()).text();
    const auto* stream = talk_.stream();
    if (!stream) return out;
    out.negotiated = true;
    out.encrypted = stream->secure && protected_;
    out.protocol = stream->protocol;
    out.keying = keying_;
    out.suite = suite_;
    if (const auto* audio = stream->audio()) out.codec = audio->text();
    if (auto ip = ip_address::parse(stream->address))
        out.remote = socket_address(*ip, stream->rtp_port).text();
    out.way = stream->way;
    return out;
}

}  // namespace strowger::rtp
