// A call that came in: the server side of its INVITE (RFC 3261, 13.3).
#pragma once

#include "session.hpp"

namespace strowger::sofia {

class inbound_session final : public call_session {
public:
    // `invite` is authenticated and not answered yet.
    // `place`: held until the call is over (a stranger's: there is a limit on these).
    static std::shared_ptr<inbound_session> make(session_host& host, server_transaction_ptr invite,
                                                 std::shared_ptr<const void> place = nullptr);
    inbound_session(session_host& host, server_transaction_ptr invite);

    result<void> ring() override;
    result<void> progress(std::string sdp) override;
    result<void> answer(std::string sdp) override;

private:
    void refuse(hangup_cause cause) override;
    bool early_request(const server_transaction_ptr& what) override;
    void early_flow_closed() override;
    void another_success(const message&) override {}
    void provisional(int status, std::string_view sdp);

    server_transaction_ptr invite_;  // until the final response
    std::shared_ptr<const void> place_;
    bool rang_ = false, progressed_ = false, no_offer_ = false;
};

}  // namespace strowger::sofia
