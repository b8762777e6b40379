// The channel: one leg of a call with its media, its variables and the coroutine that runs it.
// Control loop only.
//
// Life: made by the table with its leg → (inbound) a run: one coroutine that asks the dialplan and
// carries out the actions → ended by hangup() or by the leg. It leaves the table when it has ended,
// its leg has said ended() and its run has unwound. docs/closing.md says who closes what.
#pragma once

#include "call/settings.hpp"
#include "runtime/waiter.hpp"

#include <strowger/channel.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

class call_table;

class call_channel final : public channel,
                           public leg_events,
                           public media_events,
                           public std::enable_shared_from_this<call_channel> {
public:
    // What one run does: the dialplan, or a single application.
    struct job {
        std::string application;  // empty: the dialplan, by the caller profile
        std::string data;
    };

    call_channel(call_table& table, std::string id, direction way, std::uint64_t serial);
    ~call_channel() override;

    // Birth. Each attaches the leg first; an error has hung up already. `full`: refuse at once.
    result<void> take(owned<leg> signalling, std::string_view offer, std::optional<error> refusal);
    result<void> place(owned<leg> signalling, std::shared_ptr<call_channel> near,
                       std::optional<error> refusal);
    // Starts a run; one that goes on is cancelled first.
    void begin(job what);
    // The table goes: whatever is left of the channel must not reach for it again.
    void abandon() noexcept;

    std::uint64_t serial() const noexcept { return serial_; }
    bool answered() const noexcept { return state_ == channel_state::answered; }
    bool ended() const noexcept { return state_ == channel_state::ended; }
    std::shared_ptr<call_channel> partner() const noexcept { return peer_.lock(); }
    // Is woken whenever something happens to the channel.
    void watch(waiter& who) { watchers_.push_back(&who); }
    void unwatch(waiter& who) noexcept;

    // channel
    const std::string& id() const noexcept override { return id_; }
    direction way() const noexcept override { return way_; }
    channel_state state() const noexcept override { return state_; }
    hangup_cause cause() const noexcept override { return cause_; }
    const caller_profile& caller() const noexcept override { return caller_; }
    caller_profile& caller() noexcept override { return caller_; }
    variables& vars() noexcept override { return vars_; }
    const channel_times& times() const noexcept override { return times_; }
    leg_facts facts() const override;
    media_session* media() noexcept override { return media_.get(); }
    privacy_verdict verdict() const override;
    channel_ptr peer() const noexcept override { return peer_.lock(); }
    std::string_view application() const noexcept override { return application_; }
    std::string_view application_data() const noexcept override { return application_data_; }
    std::optional<std::string> lookup(std::string_view name) const override;
    std::string expand(std::string_view text) override;
    void set_secret(std::string_view name, std::string value) override;
    std::string shown(std::string_view name, std::string_view value) const override;
    result<void> ring() override;
    result<void> pre_answer() override;
    result<void> answer() override;
    void hangup(hangup_cause cause, std::string_view text) override;
    task<> sleep(steady_time::duration how_long) override;
    task<std::optional<char>> read_digit(steady_time::duration how_long) override;
    void flush_digits() noexcept override { digits_.clear(); }
    task<bool> changed(channel_state seen, steady_time::duration how_long) override;
    task<hangup_cause> bridge(channel_ptr other) override;
    void transfer(std::string destination, std::string dialplan, std::string context) override;

    // leg_events
    void ready() override;
    void ringing(std::string_view branch) override;
    void progressed(std::string_view branch, std::string_view sdp) override;
    void answered(std::string_view branch, std::string_view sdp) override;
    void branch_ended(std::string_view branch) override;
    void answer_received(std::string_view sdp) override;
    result<std::string> offered(std::string_view sdp) override;
    void reoffer_done(result<std::string> sdp) override;
    void digit(char digit, std::chrono::milliseconds duration) override;
    void ended(hangup_cause cause, std::string_view text) override;

    // media_events
    void on_digit(char digit, std::chrono::milliseconds duration) override;
    void on_media_timeout() override;

private:
    friend class bridging;

    result<void> start_with(owned<leg> signalling, std::optional<error> refusal);
    result<void> send_call();
    result<void> make_media(const call_channel* near);
    result<void> refuse(const error& why, std::string_view doing);
    void move_to(channel_state next);
    void notify() noexcept;
    void finish(hangup_cause cause, std::string_view text, bool tell_leg);
    void close_media();
    void limit_length();
    void note_verdict(const privacy_verdict& seen);
    void log_end(std::string_view text) const;
    void settle();

    void start_run();
    void cancel_run();
    void run_ended(std::exception_ptr thrown);
    task<> run(job what);
    task<> run_dialplan();
    // False: the run is over (the channel ended, or was transferred).
    task<bool> run_application(std::string name, std::string data);

    result<void> unite(call_channel& other);
    void separate(call_channel& other);
    void pass_direction(stream_direction theirs);
    void send_reoffer();
    void resume_later();

    call_table* table_;
    const std::uint64_t serial_;
    const std::string id_;
    const direction way_;
    channel_state state_ = channel_state::starting;
    hangup_cause cause_ = hangup_cause::none;
    bool leg_over_ = false;
    bool finishing_ = false;      // finish() is at work: a leg may say ended() within its hangup()
    bool had_offer_ = false;      // inbound: the INVITE carried SDP
    bool running_ = false;        // a run's coroutine exists
    bool cancelled_ = false;      // and was told to unwind
    bool bridge_owner_ = false;   // our bridge() runs the bridge
    bool reoffer_waits_ = false;  // reoffer_done() is due
    bool reoffer_again_ = false;  // the direction changed meanwhile
    bool held_ = false;           // by us, because the other end of the bridge holds
    unsigned hops_ = 0;           // transfers in quick succession
    std::uint64_t run_number_ = 0;
    steady_time last_hop_{};
    channel_times times_;
    caller_profile caller_;
    variables vars_;
    std::vector<std::string> secrets_;  // names of variables that hold digits, for shown()
    std::string application_;
    std::string application_data_;
    std::string branch_;  // of the answer in force
    std::deque<char> digits_;
    std::vector<waiter*> watchers_;
    std::weak_ptr<call_channel> near_;  // outbound: whose media ours will be joined with
    std::weak_ptr<call_channel> peer_;
    std::optional<privacy_verdict> worst_;  // of this leg and all it was bridged with
    std::optional<job> next_job_;
    boost::asio::cancellation_signal stop_run_;
    owned<leg> leg_;
    lease<media_engine> engine_;  // that made media_
    owned<media_session> media_;
    token length_alarm_;  // last: taken back first
};

// Watches a channel for the length of a block. In a coroutine's frame, cancelled with it.
class watching {
public:
    watching(std::shared_ptr<call_channel> whom, waiter& who) : whom_(std::move(whom)), who_(who) {
        whom_->watch(who_);
    }
    ~watching() { whom_->unwatch(who_); }
    watching(const watching&) = delete;
    watching& operator=(const watching&) = delete;

private:
    std::shared_ptr<call_channel> whom_;
    waiter& who_;
};

}  // namespace strowger
