// An endpoint "test/…" whose calls tests answer, and a way to bring calls in.
#pragma once

#include <strowger/testing/fake_leg.hpp>

#include <strowger/calls.hpp>

#include <map>
#include <string>
#include <vector>

namespace strowger::testing {

class fake_endpoint final : public endpoint {
public:
    explicit fake_endpoint(boost::asio::io_context& loop) : loop_(loop) {}

    struct placed {
        std::string address;
        leg_record leg;
        variables vars;
        caller_profile caller;
        std::weak_ptr<channel> who;
    };

    boost::system::result<channel_ptr, failure> originate(originate_request request) override {
        if (request.address == "nowhere")
            return failure{hangup_cause::user_not_registered, "nobody registered"};
        auto record = std::make_shared<leg_state>();
        record->facts.way = direction::outbound;
        record->facts.transport = "udp";
        record->refuse_start = request.address == "refused";
        record->looks_up = request.address == "far";
        outgoing_call call;
        call.signalling = owned<leg>(request.holder, std::make_unique<fake_leg>(loop_, record));
        call.caller = request.caller;
        call.caller.destination_number = request.address;
        call.caller.chan_name = "test/" + request.address;
        call.vars = request.vars;
        call.parent = request.parent;
        auto made = of->outgoing(std::move(call));
        if (keep)
            placed_calls.push_back(
                {request.address, record, request.vars, request.caller,
                 made ? std::weak_ptr<channel>(*made) : std::weak_ptr<channel>()});
        if (!made) return failure{hangup_cause::normal_temporary_failure, made.error().text};
        if (script) script(*record);
        return *made;
    }

    // The latest call to that address; fails the test by throwing when there is none.
    placed& to(std::string_view address) {
        for (auto it = placed_calls.rbegin(); it != placed_calls.rend(); ++it)
            if (it->address == address) return *it;
        throw std::out_of_range("nobody called " + std::string(address));
    }

    calls* of = nullptr;
    bool keep = true;
    std::vector<placed> placed_calls;
    std::function<void(leg_state&)> script;  // runs as soon as the call is made

private:
    boost::asio::io_context& loop_;
};

}  // namespace strowger::testing
