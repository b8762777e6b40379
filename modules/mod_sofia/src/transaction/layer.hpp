// The transaction layer of one profile (RFC 3261, 17, with RFC 6026): matches what arrives, absorbs
// and sends retransmissions, and tells its user about new requests, final responses and failures.
// The four machines are pure classes beside this; this is the thin layer that moves bytes and time.
// Control loop only.
#pragma once

#include "message/message.hpp"
#include "transport/flow.hpp"

#include <strowger/clock.hpp>
#include <strowger/log.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace strowger::sofia {

// A request that waits for its response. Kept by who answers; the layer keeps what retransmissions
// need.
class server_transaction {
public:
    virtual ~server_transaction();
    virtual const message& request() const noexcept = 0;
    virtual const flow_ptr& from() const noexcept = 0;
    virtual bool answered() const noexcept = 0;  // a final response was given
    // Sends a response built by make_response(request(), …) and completed by the caller. For UDP it
    // goes where RFC 3261 18.2.2 and RFC 3581 say. A second final response is ignored.
    virtual void respond(message response) = 0;
    void respond(int status, std::string_view phrase = {});
    // Called when the request was cancelled (CANCEL is answered 200 by the layer; the INVITE is the
    // user's to answer with 487), and when a 2xx to INVITE or a reliable answer was never
    // acknowledged or the response could not be sent.
    std::function<void(const message& cancel)> on_cancel;
    std::function<void(std::string_view why)> on_failure;
};
using server_transaction_ptr = std::shared_ptr<server_transaction>;

// What a client transaction tells. Called on the control loop, never from within send().
struct client_events {
    std::function<void(message response)>
        response;  // every 1xx (but 100 too), and the final one; several 2xx
    std::function<void(int status, std::string_view why)>
        failed;  // 408 timeout, 503 transport error
};

class client_transaction {
public:
    virtual ~client_transaction();
    // Sends CANCEL (RFC 3261, 9.1): now, or as soon as a provisional response came. `reason` is the
    // value of its Reason header (RFC 3326); empty: none.
    virtual void cancel(std::string reason) = 0;
    // The events will not be called any more. The transaction itself goes on to its end.
    virtual void forget() = 0;
    virtual const message& request() const noexcept = 0;
};
using client_transaction_ptr = std::shared_ptr<client_transaction>;

struct transaction_timers {
    std::chrono::milliseconds t1{500}, t2{4000}, t4{5000};
    std::chrono::milliseconds invite_timeout{32000};  // timer B, until a provisional response
};

class transaction_user {
public:
    // A new request outside any transaction: never ACK, never CANCEL.
    virtual void request(const server_transaction_ptr& what) = 0;
    // An ACK that matches no transaction with a non-2xx response: for a dialog's 2xx.
    virtual void ack(message what, const flow_ptr& from) = 0;
    // A response that no client transaction knows: a retransmitted 2xx to INVITE.
    virtual void stray_response(message what, const flow_ptr& from) = 0;

protected:
    ~transaction_user() = default;
};

struct transaction_counters {
    std::size_t server_live = 0, server_tombstones = 0, client_live = 0;
    std::uint64_t retransmissions_absorbed = 0, retransmissions_sent = 0, stateless_400 = 0;
};

class transaction_layer {
public:
    virtual ~transaction_layer();
    // From the transport. Bad requests (message::check) are answered 400 without a transaction.
    virtual void received(message what, const flow_ptr& from) = 0;
    virtual void flow_closed(const flow_ptr& which) = 0;
    // Sends a request; the layer adds the top Via (`via_host`: what advertised() says for the flow,
    // with rport and a branch of its own). Not for ACK to 2xx.
    virtual client_transaction_ptr send(message request, flow_ptr to, client_events events) = 0;
    // Sends without a transaction (ACK to 2xx, stateless responses), top Via added for requests.
    // Returns the bytes sent, for retransmission.
    virtual result<std::string> send_stateless(message what, const flow_ptr& to) = 0;
    // Answers `request` without keeping state (RFC 3261, 8.2.7): challenges, 503 in overload.
    virtual void reply_stateless(const message& request, const flow_ptr& from,
                                 message response) = 0;
    virtual transaction_counters counters() const = 0;
};

// `via_host` gives "host:port" for the top Via of a flow.
std::unique_ptr<transaction_layer> make_transaction_layer(
    clock& time, logger& log, transaction_timers timers, transaction_user& user,
    std::function<std::string(const flow&)> via_host);

// Beyond these, new requests are answered 503 with Retry-After and nothing is kept of them.
struct transaction_limits {
    std::size_t server_live = 100000;  // not answered yet
    std::size_t server_all = 400000;   // with what is kept for retransmissions
};

// The same; `datagram` gives the flow for datagrams to another address than a request came from,
// for phones that want no rport and wait for the response elsewhere (RFC 3261, 18.2.2).
std::unique_ptr<transaction_layer> make_transaction_layer(
    clock& time, logger& log, transaction_timers timers, transaction_user& user,
    std::function<std::string(const flow&)> via_host,
    std::function<flow_ptr(const address&)> datagram, transaction_limits limits = {});

}  // namespace strowger::sofia
