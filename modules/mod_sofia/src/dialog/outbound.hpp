// A call that we make: the client side of its INVITE (RFC 3261, 13.2).
#pragma once

#include "session.hpp"

#include <functional>

namespace strowger::sofia {

// Where and how a call is sent.
struct outbound_plan {
    // Method, URIs, From (with tag), To, Call-ID and headers; SDP and Contact are filled in.
    request_parts invite;
    // The flow, or how to get one: a name to resolve, a connection to make.
    flow_ptr on;
    std::function<void(std::function<void(result<flow_ptr>)>)> reach;
    transport_kind transport = transport_kind::udp;  // what `reach` will give
    // The far end is a registered phone: all requests go down `on`.
    bool registered = false;
    std::optional<credentials> who;               // answers challenges
    std::function<void(bool failed)> on_outcome;  // for a gateway's counters
};

class outbound_session final : public call_session {
public:
    static std::shared_ptr<outbound_session> make(session_host& host, outbound_plan plan);
    outbound_session(session_host& host, outbound_plan plan);

    bool prepare() override;
    result<void> start(std::string sdp) override;
    leg_facts facts() const override;

private:
    void refuse(hangup_cause cause) override;
    bool early_request(const server_transaction_ptr& what) override;
    void early_flow_closed() override;
    void another_success(const message& response) override;

    void reached(result<flow_ptr> flow);
    result<void> send_invite();
    void response(const message& what);
    void provisional(const message& what);
    void success(const message& what);
    void refused(const message& what);
    void failed(int status, std::string_view why);
    void outcome(bool is_failure);

    outbound_plan plan_;
    bool preparing_ = false;         // within prepare()
    client_transaction_ptr invite_;  // until its final response
    int auth_tries_ = 0;
    // Early dialogs by To tag, with the last SDP each sent; forks that answered too late.
    struct branch {
        std::string tag;
        std::string sdp;
    };
    std::vector<branch> early_;
    std::vector<std::string> late_;
};

}  // namespace strowger::sofia
