// The client transactions of a layer. Control loop only.
#pragma once

#include "transaction/invite_client.hpp"
#include "transaction/key.hpp"
#include "transaction/layer_core.hpp"
#include "transaction/non_invite_client.hpp"

#include <memory>
#include <set>
#include <unordered_map>
#include <variant>

namespace strowger::sofia {

class client_side {
public:
    explicit client_side(layer_core& core) : core_(core) {}
    ~client_side();
    client_transaction_ptr send(message request, flow_ptr to, client_events events);
    void response(message what, const flow_ptr& from);
    void flow_closed(const flow_ptr& which);

private:
    class handle;
    using machine_type = std::variant<invite_client, non_invite_client>;
    struct record {
        record(client_side& side, transaction_key its_key, machine_type kind, flow_ptr to);
        client_side& owner;
        transaction_key key;
        machine_type machine;
        flow_ptr flow;
        std::string bytes;                      // the request, then the ACK
        std::shared_ptr<client_events> events;  // nullptr when forgotten or done
        std::shared_ptr<handle> kept;           // until the final response
        handle* user_side = nullptr;
        bool cancel_wanted = false;
        std::string cancel_reason;
        timer_wheel::timer retransmit, deadline;
    };

    record& start(transaction_key key, machine_type kind, flow_ptr to, std::string bytes);
    void cancel(record& which, std::string reason);
    void send_cancel(record& which);
    void transmit(record& which);
    void arm(record& which, const actions& wanted);
    // Ends the record when it is over, and tells why when it failed.
    void settle(record& which, const actions& wanted);
    void transport_error(record& which, std::string_view why);
    void erase(record& which);

    layer_core& core_;
    std::unordered_map<transaction_key, record, transaction_key::hash> records_;
    // Those on connections, by connection.
    std::set<std::pair<const flow*, record*>> by_flow_;
};

}  // namespace strowger::sofia
