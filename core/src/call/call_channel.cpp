// What a channel is, and the orders to its leg.
#include "call/call_channel.hpp"

#include "call/call_table.hpp"
#include "call/mask.hpp"

#include <strowger/events.hpp>

#include <algorithm>

namespace strowger {
namespace {

hangup_cause cause_of(errc code) {
    switch (code) {
        case errc::incompatible:
        case errc::bad_syntax:
        case errc::unsupported:
            return hangup_cause::incompatible_destination;
        case errc::limit_reached:
            return hangup_cause::switch_congestion;
        case errc::cancelled:
            return hangup_cause::system_shutdown;
        case errc::unavailable:
        case errc::closed:
            return hangup_cause::network_out_of_order;
        default:
            return hangup_cause::normal_temporary_failure;
    }
}

}  // namespace

call_channel::call_channel(call_table& table, std::string id, direction way, std::uint64_t serial)
    : table_(&table), serial_(serial), id_(std::move(id)), way_(way) {
    times_.created = table.at().clock.wall();
}

call_channel::~call_channel() = default;

void call_channel::abandon() noexcept {
    length_alarm_.reset();
    if (media_) media_->observe(nullptr);
    state_ = channel_state::ended;
    next_job_.reset();
    cancel_run();  // unwinds if the loop still turns
    table_ = nullptr;
    media_.reset();
    engine_ = {};
    leg_.reset();
}

result<void> call_channel::start_with(owned<leg> signalling, std::optional<error> refusal) {
    leg_ = std::move(signalling);
    leg_->attach(*this);
    limit_length();
    table_->at().bus.publish(channel_create{{*this}});
    if (refusal) return refuse(*refusal, "no more calls are taken");
    return {};
}

result<void> call_channel::take(owned<leg> signalling, std::string_view offer,
                                std::optional<error> refusal) {
    if (auto started = start_with(std::move(signalling), std::move(refusal)); !started)
        return started;
    if (auto made = make_media(nullptr); !made)
        return refuse(made.error(), "the call cannot have media");
    had_offer_ = !offer.empty();
    if (!had_offer_) return {};
    if (auto set = media_->set_remote(offer, {}, sdp_kind::offer); !set)
        return refuse(set.error(), "the caller's offer cannot be taken");
    return {};
}

result<void> call_channel::place(owned<leg> signalling, std::shared_ptr<call_channel> near,
                                 std::optional<error> refusal) {
    near_ = near;
    if (auto started = start_with(std::move(signalling), std::move(refusal)); !started)
        return started;
    return leg_->prepare() ? send_call() : result<void>();
}

void call_channel::ready() {
    if (ended() || media_ || !table_) return;
    (void)send_call();  // what failed has ended the channel, with its reason
}

result<void> call_channel::send_call() {
    auto near = near_.lock();
    if (auto made = make_media(near.get()); !made)
        return refuse(made.error(), "the call cannot have media");
    auto offer = media_->create_offer();
    if (!offer) return refuse(offer.error(), "no offer can be made");
    if (auto sent = leg_->start(std::move(*offer)); !sent)
        return refuse(sent.error(), "the call cannot be sent");
    return {};
}

// Two legs are bridged by the engine that made both: a newer generation of it, loaded while the
// caller's leg was up, is for new calls.
result<void> call_channel::make_media(const call_channel* near) {
    bool together = near && near->media_;
    engine_ = together ? near->engine_ : table_->at().registry.find<media_engine>("media_engine/1");
    if (!engine_) return fail(errc::unavailable, "no media engine is loaded (mod_rtp gives one)");
    auto made = engine_->create(leg_->facts(), vars_, together ? near->media_.get() : nullptr);
    if (!made) return made.error();
    media_ = owned<media_session>(engine_.again(), std::move(*made));
    media_->observe(this);
    return {};
}

// A birth that failed: the far end is told why, and so is the log.
result<void> call_channel::refuse(const error& why, std::string_view doing) {
    auto text =
        cat(doing, ": ", why.text.empty() ? to_string(why.code) : std::string_view(why.text));
    table_->at().log.warning(caller_.chan_name, ": ", text);
    auto code = why.code;
    hangup(cause_of(code), text);
    return fail(code, std::move(text));
}

void call_channel::limit_length() {
    auto longest = table_->settings().max_call;
    if (longest.count() == 0) return;
    length_alarm_ = table_->at().clock.after(longest, [this] {
        hangup(hangup_cause::allotted_timeout, "the longest duration of a call is reached");
    });
}

leg_facts call_channel::facts() const {
    if (leg_) return leg_->facts();
    leg_facts none;
    none.way = way_;
    return none;
}

privacy_verdict call_channel::verdict() const {
    return judge(facts(), media_ ? media_->status() : media_status{});
}

std::optional<std::string> call_channel::lookup(std::string_view name) const {
    if (const auto* value = vars_.find(name)) return *value;
    if (const auto* value = caller_.field(name)) return *value;
    if (name == "uuid") return id_;
    if (name == "direction")
        return std::string(way_ == direction::inbound ? "inbound" : "outbound");
    if (name == "current_application") return application_;
    if (name == "current_application_data") return application_data_;
    return table_ ? table_->expansions().global(name) : std::nullopt;
}

std::string call_channel::expand(std::string_view text) {
    return table_ ? table_->expansions().expand(text, this, nullptr) : std::string(text);
}

void call_channel::set_secret(std::string_view name, std::string value) {
    vars_.set(name, std::move(value));
    if (table_ && table_->settings().log_dtmf) return;
    auto same = [name](const std::string& known) { return iequals(known, name); };
    if (std::none_of(secrets_.begin(), secrets_.end(), same)) secrets_.emplace_back(name);
}

// Where typed digits were copied to, they are found by their value: not the shortest, which would
// be found in everything.
std::string call_channel::shown(std::string_view name, std::string_view value) const {
    constexpr std::size_t shortest = 4;
    auto text = channel::shown(name, value);
    for (const auto& secret : secrets_) {
        if (iequals(secret, name)) return asterisks(value);
        const auto* digits = vars_.find(secret);
        if (digits == nullptr || digits->size() < shortest) continue;
        for (auto at = text.find(*digits); at != text.npos; at = text.find(*digits, at))
            text.replace(at, digits->size(), digits->size(), '*');
    }
    return text;
}

result<void> call_channel::ring() {
    if (way_ == direction::outbound || state_ >= channel_state::ringing) {
        if (ended()) return fail(errc::closed, "the call has ended");
        return {};
    }
    if (auto sent = leg_->ring(); !sent) return sent;
    move_to(channel_state::ringing);
    return {};
}

result<void> call_channel::pre_answer() {
    if (ended()) return fail(errc::closed, "the call has ended");
    if (way_ == direction::outbound || state_ >= channel_state::early) return {};
    // Without an offer there is nothing to answer before the answer (RFC 3264, 5; RFC
    // 3261, 13.2.1).
    if (!had_offer_) return ring();
    auto sdp = media_->create_answer();
    if (!sdp) return sdp.error();
    if (auto sent = leg_->progress(std::move(*sdp)); !sent) return sent;
    move_to(channel_state::early);
    return {};
}

result<void> call_channel::answer() {
    if (ended()) return fail(errc::closed, "the call has ended");
    if (way_ == direction::outbound || answered()) return {};
    auto sdp = had_offer_ ? media_->create_answer() : media_->create_offer();
    if (!sdp) return sdp.error();
    if (auto sent = leg_->answer(std::move(*sdp)); !sent) return sent;
    move_to(channel_state::answered);
    return {};
}

void call_channel::move_to(channel_state next) {
    state_ = next;
    auto& bus = table_->at().bus;
    auto now = table_->at().clock.wall();
    switch (next) {
        case channel_state::ringing:
            times_.progress = now;
            bus.publish(channel_progress{{*this}});
            break;
        case channel_state::early:
            times_.progress_media = now;
            bus.publish(channel_progress_media{{*this}});
            break;
        case channel_state::answered:
            times_.answered = now;
            if (media_) media_->established();
            bus.publish(channel_answer{{*this}});
            break;
        default:
            break;
    }
    notify();
}

void call_channel::notify() noexcept {
    for (auto* each : watchers_) each->wake();
}

void call_channel::unwatch(waiter& who) noexcept {
    auto found = std::find(watchers_.begin(), watchers_.end(), &who);
    if (found != watchers_.end()) watchers_.erase(found);
}

}  // namespace strowger
