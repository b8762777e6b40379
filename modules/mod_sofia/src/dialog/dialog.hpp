// A dialog (RFC 3261, 12): what two user agents share, as strings of its own; no message is kept.
// Pure: it says what a request in the dialog looks like and whether one that came in is in order.
#pragma once

#include "message/build.hpp"
#include "message/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::sofia {

enum class dialog_state { early, confirmed, terminated };

class dialog {
public:
    dialog() = default;
    // As the server of the dialog-forming `request`, whose To tag is ours to choose (12.1.1).
    static dialog of_request(const message& request, std::string local_tag);
    // As the client: `sent` is the request, `response` has a To tag (12.1.2); an empty one gives
    // what is known before any response.
    static dialog of_response(const request_parts& sent, const message& response);

    dialog_state state() const noexcept { return state_; }
    void confirm() noexcept { state_ = dialog_state::confirmed; }
    void terminate() noexcept { state_ = dialog_state::terminated; }

    const std::string& call_id() const noexcept { return call_id_; }
    const std::string& local_tag() const noexcept { return local_tag_; }
    const std::string& remote_tag() const noexcept { return remote_tag_; }
    const std::string& remote_target() const noexcept { return remote_target_; }
    const std::vector<std::string>& routes() const noexcept { return routes_; }
    std::uint32_t local_cseq() const noexcept { return local_cseq_; }
    std::optional<std::uint32_t> remote_cseq() const noexcept { return remote_cseq_; }

    // A new request in this dialog, with the next CSeq (12.2.1.1); strict routers are obeyed.
    // Empty when no sequence number is left (they are below 2**31, 8.1.1.5).
    std::optional<request_parts> request(std::string_view method);
    // The ACK to a 2xx response: the CSeq number of its INVITE, no number of its own (13.2.2.4).
    request_parts ack(std::uint32_t invite_cseq) const;
    // Where the next request goes: the first route or the remote target, as a URI.
    std::string_view next_hop() const noexcept;

    // A request came in. False: its CSeq is lower than one we have seen: answer 500 (12.2.2).
    bool in_order(std::uint32_t cseq) noexcept;
    // Target refresh by a re-INVITE or UPDATE and their 2xx (12.2.1.2, 12.2.2).
    void refresh_target(const message& from);
    // The dialog-forming 2xx: the route set is computed anew (13.2.2.4).
    void confirm_by(const message& response);

private:
    request_parts parts(std::string_view method, std::uint32_t cseq) const;

    dialog_state state_ = dialog_state::early;
    std::string call_id_;
    std::string local_, local_tag_;    // From of our requests, without its tag
    std::string remote_, remote_tag_;  // To of our requests, without its tag
    std::string remote_target_;
    std::vector<std::string> routes_;
    std::uint32_t local_cseq_ = 0;
    std::optional<std::uint32_t> remote_cseq_;
};

}  // namespace strowger::sofia
