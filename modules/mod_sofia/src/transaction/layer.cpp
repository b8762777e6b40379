#include "transaction/layer.hpp"

#include "message/build.hpp"
#include "transaction/client_side.hpp"
#include "transaction/layer_core.hpp"
#include "transaction/server_side.hpp"
#include "transaction/via.hpp"

#include <strowger/text.hpp>

#include <utility>

namespace strowger::sofia {

transaction_layer::~transaction_layer() = default;

void layer_core::later(std::function<void()> work) {
    waiting_.push_back(std::move(work));
    if (waiting_.size() > 1) return;
    soon_ = time.at(time.now(), [this] {
        auto due = std::exchange(waiting_, {});
        for (auto& each : due) tell(each);
    });
}

void layer_core::answer(const message& request, const flow_ptr& from, const message& response) {
    auto sent = response_flow(request, from, datagram)->send(response.print());
    if (!sent)
        log.debug("a response to ", to_string(from->remote()), " was lost: ", sent.error().text);
}

void layer_core::answer(const message& request, const flow_ptr& from, int status) {
    answer(request, from, make_response(request, status));
}

namespace {

class layer final : public transaction_layer {
public:
    layer(clock& time, logger& log, transaction_timers timers, transaction_user& user,
          std::function<std::string(const flow&)> via_host, datagram_factory datagram,
          transaction_limits limits)
        : core_(time, log, timers, user, std::move(via_host), std::move(datagram), limits) {}

    void received(message what, const flow_ptr& from) override {
        if (!what || !from) return;
        int status = 0;
        auto problem = what.check(status);
        if (!what.is_request()) {
            if (problem.empty())
                client_.response(std::move(what), from);
            else
                core_.log.debug("a response from ", to_string(from->remote()),
                                " was dropped: ", problem);
            return;
        }
        mark_source(what, *from);
        if (!problem.empty()) return refuse(what, from, status, problem);
        switch (what.method()) {
            case sip_method_ack:
                server_.ack(std::move(what), from);
                break;
            case sip_method_cancel:
                server_.cancel(what, from);
                break;
            default:
                server_.request(std::move(what), from);
        }
    }

    void flow_closed(const flow_ptr& which) override { client_.flow_closed(which); }

    client_transaction_ptr send(message request, flow_ptr to, client_events events) override {
        return client_.send(std::move(request), std::move(to), std::move(events));
    }

    result<std::string> send_stateless(message what, const flow_ptr& to) override {
        if (!what || !to) return fail(errc::invalid_argument, "no message or no flow to send on");
        if (what.is_request() && !add_via(what, *to, core_.via_host(*to), new_branch()))
            return fail(errc::invalid_argument,
                        cat("no Via can be made for ", to_string(to->local())));
        auto bytes = what.print();
        if (auto sent = to->send(bytes); !sent) return sent.error();
        return bytes;
    }

    void reply_stateless(const message& request, const flow_ptr& from, message response) override {
        server_.let_go(request);
        core_.answer(request, from, response);
    }

    transaction_counters counters() const override { return core_.counters; }

private:
    void refuse(const message& what, const flow_ptr& from, int status, const std::string& why) {
        core_.log.debug("a ", what.method_name(), " from ", to_string(from->remote()),
                        " is refused: ", why);
        // RFC 3261, 17.1.1.3: an ACK is never answered. Without a Via no answer finds its way.
        if (what.method() == sip_method_ack || !what.sip()->sip_via) return;
        ++core_.counters.stateless_400;
        // RFC 3261, 21.4.1: the phrase of a 400 should say what is wrong.
        core_.answer(what, from,
                     status == 400 ? make_response(what, 400, cat("Bad Request: ", why))
                                   : make_response(what, status));
    }

    layer_core core_;
    server_side server_{core_};
    client_side client_{core_};
};

}  // namespace

std::unique_ptr<transaction_layer> make_transaction_layer(
    clock& time, logger& log, transaction_timers timers, transaction_user& user,
    std::function<std::string(const flow&)> via_host,
    std::function<flow_ptr(const address&)> datagram, transaction_limits limits) {
    return std::make_unique<layer>(time, log, timers, user, std::move(via_host),
                                   std::move(datagram), limits);
}

std::unique_ptr<transaction_layer> make_transaction_layer(
    clock& time, logger& log, transaction_timers timers, transaction_user& user,
    std::function<std::string(const flow&)> via_host) {
    return make_transaction_layer(time, log, timers, user, std::move(via_host), nullptr, {});
}

}  // namespace strowger::sofia
