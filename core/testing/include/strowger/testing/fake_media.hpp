// A media engine without sockets: its sessions write down what they are told.
#pragma once

#include <strowger/media.hpp>
#include <strowger/text.hpp>

#include <memory>
#include <string>
#include <vector>

namespace strowger::testing {

class fake_session;

// What a test sees of a session; stays when it is gone.
struct session_state {
    std::vector<std::string> orders;
    media_events* events = nullptr;
    media_status status;
    stream_direction remote_way = stream_direction::sendrecv;
    stream_direction way = stream_direction::sendrecv;
    fake_session* self = nullptr;  // nullptr when the session is gone
    fake_session* joined = nullptr;
    fake_session* near = nullptr;
    leg_facts facts;  // that it was made with
    bool established = false;
    bool echoing = false;
    std::string playing;

    bool was(std::string_view order) const {
        for (const auto& each : orders)
            if (each == order) return true;
        return false;
    }
};
using session_record = std::shared_ptr<session_state>;

// SDP texts are plain words: "bad" is refused, "hold" asks for sendonly, "resume" for sendrecv.
class fake_session final : public media_session {
public:
    explicit fake_session(session_record record) : state_(std::move(record)) {
        ++living();
        state_->self = this;
    }
    ~fake_session() override {
        --living();
        leave();
        state_->self = nullptr;
        state_->events = nullptr;
    }
    static int& living() {
        static int count = 0;
        return count;
    }
    session_state& state() { return *state_; }

    result<std::string> create_offer() override {
        return cat("offer-", ++offers_, word(state_->way));
    }
    result<void> set_remote(std::string_view sdp, std::string_view branch, sdp_kind kind) override {
        static constexpr std::string_view kinds[] = {"offer", "provisional", "final"};
        state_->orders.push_back(cat(kinds[static_cast<std::size_t>(kind)], " ", sdp,
                                     branch.empty() ? "" : "@", branch));
        if (sdp == "bad") return fail(errc::incompatible, "no common codec");
        if (sdp == "hold") state_->remote_way = stream_direction::recvonly;
        if (sdp == "resume") state_->remote_way = stream_direction::sendrecv;
        return {};
    }
    result<std::string> create_answer() override { return std::string("answer"); }
    void rollback() override { state_->orders.push_back("rollback"); }
    void drop(std::string_view branch) override { state_->orders.push_back(cat("drop ", branch)); }
    void set_direction(stream_direction way) override { state_->way = way; }
    stream_direction remote_direction() const override { return state_->remote_way; }
    result<void> join(media_session& peer) override {
        auto& other = static_cast<fake_session&>(peer);
        if (state_->status.codec != other.state_->status.codec)
            return fail(errc::incompatible, "no common codec");
        state_->joined = &other;
        other.state_->joined = this;
        state_->orders.push_back("join");
        return {};
    }
    void established() override { state_->established = true; }
    void leave() override {
        if (state_->joined) state_->joined->state_->joined = nullptr;
        state_->joined = nullptr;
    }
    void echo(bool on) override { state_->echoing = on; }
    result<std::chrono::milliseconds> play_tones(std::string_view tones) override {
        if (tones == "wrong") return fail(errc::bad_syntax, "expected %(");
        state_->playing = tones;
        return std::chrono::milliseconds(tones == "endless" ? 0 : 500);
    }
    void stop_playing() override { state_->playing.clear(); }
    result<void> tap(owned<media_tap> listener) override {
        taps_.push_back(std::move(listener));
        return {};
    }
    void untap(const media_tap& listener) override {
        std::erase_if(taps_, [&](const auto& each) { return each.get() == &listener; });
    }
    // What a media thread would do with a packet.
    void packet(direction way, std::uint8_t type, std::span<const std::uint8_t> payload) {
        for (auto& each : taps_) each->packet(way, type, payload);
    }
    media_status status() const override {
        auto out = state_->status;
        out.taps = taps_.size();
        return out;
    }
    void observe(media_events* events) override { state_->events = events; }

private:
    static std::string_view word(stream_direction way) {
        static constexpr std::string_view words[] = {"", " sendonly", " recvonly", " inactive"};
        return words[static_cast<std::size_t>(way)];
    }
    session_record state_;
    int offers_ = 0;
    std::vector<owned<media_tap>> taps_;
};

class fake_engine final : public media_engine {
public:
    result<std::unique_ptr<media_session>> create(const leg_facts& facts, const variables&,
                                                  media_session* near) override {
        if (full) return fail(errc::limit_reached, "no port is free");
        auto record = std::make_shared<session_state>();
        record->near = static_cast<fake_session*>(near);
        record->facts = facts;
        if (keep) made.push_back(record);
        return std::unique_ptr<media_session>(std::make_unique<fake_session>(std::move(record)));
    }
    bool full = false;
    bool keep = true;
    std::vector<session_record> made;
};

}  // namespace strowger::testing
