// One call in SIP: the signalling behind a leg, from its INVITE to the end of its BYE. It outlives
// the leg while something is still to be said (a BYE's answer, a 2xx that crossed a CANCEL), owned
// by the dialog table. Control loop only. The two directions are beside this; what they share, an
// answered call, is here.
#pragma once

#include "answer_keeper.hpp"
#include "dialog.hpp"
#include "host.hpp"

#include <strowger/endpoint.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strowger::sofia {

// What we understand in a dialog (RFC 3261, 20.5).
inline constexpr std::string_view allowed_in_dialog = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO";

class call_session : public std::enable_shared_from_this<call_session> {
public:
    call_session(session_host& host, direction way);
    virtual ~call_session();
    call_session(const call_session&) = delete;
    call_session& operator=(const call_session&) = delete;

    // ---- the leg's orders; outcomes come later, never from within ----
    void attach(leg_events& events) noexcept { events_ = &events; }
    // The leg is going: nobody listens any more. A call that is still up is ended.
    void detach();
    virtual bool prepare() { return true; }
    virtual result<void> start(std::string sdp);
    virtual result<void> ring();
    virtual result<void> progress(std::string sdp);
    virtual result<void> answer(std::string sdp);
    result<void> reoffer(std::string sdp);
    void hangup(hangup_cause cause, std::string_view text);
    virtual leg_facts facts() const;

    // ---- what arrives ----
    void request(const server_transaction_ptr& what);  // in the dialog
    void ack(const message& what);
    void stray_success(const message& response);  // a 2xx that no transaction knows
    void flow_closed(std::string_view reason);
    // The profile stops: forgets everything, sends nothing; the leg is told.
    void abandon();

    // May somebody who knows the dialog's tags speak for its far end on that flow? What came over
    // TLS stays on TLS, with somebody who is known there: a dialog over UDP is as good as its tags.
    bool accepts(const flow& from) const noexcept;
    bool answered() const noexcept { return dialog_.state() == dialog_state::confirmed; }
    const flow_ptr& on() const noexcept { return flow_; }

protected:
    // Ends a call that is not answered yet: refuses or cancels. ended() is told by the caller.
    virtual void refuse(hangup_cause cause) = 0;
    // A request in an early dialog; `dialog_` may not be the one. False: answer 481.
    virtual bool early_request(const server_transaction_ptr& what) = 0;
    virtual void early_flow_closed() = 0;
    virtual void another_success(const message& response) = 0;

    void use_flow(flow_ptr flow);
    // Where a request in this dialog goes: the connection it lives on; over UDP the next hop by its
    // digits, or the source when the far end is behind a NAT or named by a name.
    flow_ptr next_flow(const dialog& in);
    // Sends a response to a request of this call.
    void reply(const server_transaction_ptr& to, int status,
               const std::vector<std::pair<std::string, std::string>>& headers = {},
               std::string_view sdp = {}, std::string_view phrase = {});
    // 2xx to INVITE with Contact and SDP, kept until its ACK.
    void answer_invite(const server_transaction_ptr& to, std::string_view sdp, bool is_offer);
    // ACK to a 2xx. Returns what was sent, for when the 2xx comes again.
    std::string send_ack(const dialog& in, std::uint32_t cseq);
    void send_bye(hangup_cause cause);
    void send_bye(dialog& in, hangup_cause cause);
    // Adds the answer to a 401 or 407 to `parts`. False: no credentials, or they were refused.
    bool authorize(const message& response, request_parts& parts, int& tries);
    void end(hangup_cause cause, std::string text);        // tells the leg, now
    void end_later(hangup_cause cause, std::string text);  // from within an order
    void leave();                                          // nothing more to say: out of the table
    void leave_in(steady_time::duration how_long);
    void answer_acknowledged(const message& ack);

    session_host& host_;
    const direction way_;
    leg_events* events_ = nullptr;
    dialog dialog_;
    flow_ptr flow_;
    bool source_only_ = false;  // requests go back to where theirs came from
    bool ended_ = false;        // the leg was told, or will be in the loop's next turn
    std::optional<credentials> credentials_;
    std::pair<std::string, std::string> proof_;  // the header that answered the last challenge
    answer_keeper unacknowledged_;
    bool our_offer_in_answer_ = false;  // the ACK brings their answer
    // The ACK to the last 2xx, and the CSeq it belongs to.
    std::string last_ack_;
    std::uint32_t last_ack_cseq_ = 0;

private:
    void info(const server_transaction_ptr& what);
    void bye(const server_transaction_ptr& what);
    void reinvite(const server_transaction_ptr& what);
    void send_reoffer();
    void reoffer_response(const message& response);
    void reoffer_failed(int status, std::string_view why);
    void reoffer_ended(result<std::string> outcome);
    void watch(const request_parts& parts, int tries);

    // A re-INVITE of ours: the SDP while it waits or runs.
    struct our_reoffer {
        std::string sdp;
        request_parts parts;
        client_transaction_ptr transaction;
        int auth_tries = 0, glare_tries = 0;
        bool running = false;
        token retry;
    };
    std::unique_ptr<our_reoffer> reoffer_;
    std::optional<hangup_cause> bye_after_ack_;
    client_transaction_ptr bye_;
    token leaving_;
};

// The leg that the core's channel owns: hands orders to the session.
class invite_leg final : public leg {
public:
    explicit invite_leg(std::shared_ptr<call_session> session) : session_(std::move(session)) {}
    ~invite_leg() override;
    void attach(leg_events& events) override;
    bool prepare() override;
    result<void> start(std::string sdp) override;
    result<void> ring() override;
    result<void> progress(std::string sdp) override;
    result<void> answer(std::string sdp) override;
    result<void> reoffer(std::string sdp) override;
    void hangup(hangup_cause cause, std::string_view text) override;
    leg_facts facts() const override;

private:
    std::shared_ptr<call_session> session_;
};

}  // namespace strowger::sofia
