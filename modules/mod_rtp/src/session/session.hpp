// The media of one leg, on the control loop: negotiates, and tells its leg on the media thread.
#pragma once

#include "negotiation/negotiator.hpp"
#include "session/engine_state.hpp"
#include "session/placement.hpp"

#include <memory>
#include <string>
#include <vector>

namespace strowger::rtp {

class session final : public media_session {
public:
    session(std::shared_ptr<engine_state> engine, leg_facts facts, negotiator talk,
            lease<media_protection> protection, std::shared_ptr<placement> place, session* near);
    ~session() override;

    result<std::string> create_offer() override;
    result<void> set_remote(std::string_view sdp, std::string_view branch, sdp_kind kind) override;
    result<std::string> create_answer() override;
    void rollback() override;
    void drop(std::string_view branch) override;
    void set_direction(stream_direction way) override { talk_.set_direction(way); }
    stream_direction remote_direction() const override { return talk_.remote_direction(); }
    void established() override;
    result<void> join(media_session& peer) override;
    void leave() override;
    void echo(bool on) override;
    result<std::chrono::milliseconds> play_tones(std::string_view tones) override;
    void stop_playing() override;
    result<void> tap(owned<media_tap> listener) override;
    void untap(const media_tap& listener) override;
    media_status status() const override;
    void observe(media_events* events) override { events_ = events; }

    media_loop* loop() const noexcept { return place_->loop(); }
    // Hands over what the media thread reported; the observer may destroy the session.
    void deliver();

private:
    result<void> apply();
    void link();
    std::optional<carried> other_legs_codecs() const;

    std::shared_ptr<engine_state> engine_;
    leg_facts facts_;
    lease<media_protection> protection_;  // before what is made of its code
    negotiator talk_;
    std::shared_ptr<placement> place_;
    session* parent_ = nullptr;       // the leg this one was made for
    std::vector<session*> children_;  // those made for this one
    session* joined_ = nullptr;
    std::vector<const media_tap*> taps_;  // they live in the leg
    media_events* events_ = nullptr;
    bool echo_ = false, protected_ = false, warned_of_clear_keys_ = false;
    std::string keying_, suite_;
};

// Payload numbers that come from one side → those the other side takes.
payload_map map_between(const agreed_stream& from, const agreed_stream& to);
bool have_common_audio(const agreed_stream& a, const agreed_stream& b);
leg_settings settings_for(const agreed_stream& stream, const leg_facts& facts);

}  // namespace strowger::rtp
