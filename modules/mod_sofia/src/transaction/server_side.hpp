// The server transactions of a layer: a table of records that live as long as retransmissions may
// come, each with a handle that the user keeps while it works on the answer. Control loop only.
#pragma once

#include "transaction/invite_server.hpp"
#include "transaction/key.hpp"
#include "transaction/layer_core.hpp"
#include "transaction/non_invite_server.hpp"

#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <variant>

namespace strowger::sofia {

class server_side {
public:
    explicit server_side(layer_core& core) : core_(core) {}
    ~server_side();
    // Requests that passed check(), with their source marked.
    void request(message what, const flow_ptr& from);
    void ack(message what, const flow_ptr& from);
    void cancel(const message& what, const flow_ptr& from);
    // Forgets the unanswered transaction of a request that is answered without keeping state.
    void let_go(const message& request);

private:
    class handle;
    struct record {
        record(server_side& side, const message& what, flow_ptr answers);
        server_side& owner;
        transaction_key key, merged;
        std::variant<invite_server, non_invite_server> machine;
        flow_ptr flow;      // where responses go
        std::string last;   // the latest response, while it may have to be sent again
        handle* user_side;  // nullptr when the user let go of it
        bool answered = false;
        timer_wheel::timer retransmit, deadline;
    };

    void respond(record& to, handle& from, message response);
    void apply(record& to, const actions& wanted);
    void resend(record& to);
    void failed(record& to, std::string_view why);
    void retransmit_due(record& to);
    void deadline_due(record& to);
    void erase(record& which);

    layer_core& core_;
    std::unordered_map<transaction_key, record, transaction_key::hash> records_;
    std::unordered_set<transaction_key, transaction_key::hash> merged_;
};

}  // namespace strowger::sofia
