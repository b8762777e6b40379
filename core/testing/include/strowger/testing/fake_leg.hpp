// A leg that tests play the far end of.
#pragma once

#include <strowger/endpoint.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <string>
#include <vector>

namespace strowger::testing {

// What a test sees of a leg; stays when the leg is gone.
struct leg_state {
    std::vector<std::string> orders;  // "ring", "progress answer-1", "hangup USER_BUSY", …
    leg_events* events = nullptr;     // nullptr when the leg is gone
    leg_facts facts;
    bool looks_up = false;  // prepare(): not known yet
    bool refuse_start = false;
    bool ends_by_itself = true;  // hangup() is followed by ended() in the loop's next turn
    bool ends_within = false;    // against the contract: ended() from within hangup()
    bool alive = false;

    std::string last() const { return orders.empty() ? "" : orders.back(); }
    bool was(std::string_view order) const {
        for (const auto& each : orders)
            if (each == order) return true;
        return false;
    }
};
using leg_record = std::shared_ptr<leg_state>;

class fake_leg final : public leg {
public:
    fake_leg(boost::asio::io_context& loop, leg_record record)
        : loop_(loop), state_(std::move(record)) {
        ++living();
        state_->alive = true;
    }
    ~fake_leg() override {
        --living();
        state_->alive = false;
        state_->events = nullptr;
    }
    static int& living() {
        static int count = 0;
        return count;
    }
    void attach(leg_events& events) override { state_->events = &events; }
    bool prepare() override {
        if (state_->looks_up) (void)note("prepare");
        return !state_->looks_up;
    }
    result<void> start(std::string sdp) override {
        if (state_->refuse_start) return fail(errc::unavailable, "nobody there");
        return note("start " + sdp);
    }
    result<void> ring() override { return note("ring"); }
    result<void> progress(std::string sdp) override { return note("progress " + sdp); }
    result<void> answer(std::string sdp) override { return note("answer " + sdp); }
    result<void> reoffer(std::string sdp) override { return note("reoffer " + sdp); }
    void hangup(hangup_cause cause, std::string_view) override {
        note("hangup " + std::string(to_string(cause)));
        if (state_->ends_within) return state_->events->ended(cause, "");
        if (!state_->ends_by_itself) return;
        boost::asio::post(loop_, [state = state_, cause] {
            if (state->events) state->events->ended(cause, "");
        });
    }
    leg_facts facts() const override { return state_->facts; }

private:
    result<void> note(std::string order) {
        state_->orders.push_back(std::move(order));
        return {};
    }
    boost::asio::io_context& loop_;
    leg_record state_;
};

}  // namespace strowger::testing
