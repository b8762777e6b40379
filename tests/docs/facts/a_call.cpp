// The facts of a call, published by the core itself.
#include "samples.hpp"

#include "call_world.hpp"

#include <iostream>

namespace strowger::docs {

namespace {

using namespace testing;

constexpr std::string_view a_id = "3f1c6c0e-7d0b-4a52-9f8e-0c3b5d2a9e10";
constexpr std::string_view b_id = "b2f7a9d4-55c1-4e0f-8a77-6d1e9c40f3b2";

task<> bridge_to(calls* at, channel* self, std::string data) {
    originate_options options;
    options.parent = at->find(self->id());
    auto calling = at->originate(std::move(data), std::move(options));
    auto got = co_await std::move(calling);
    if (!got) throw std::runtime_error("the sample call found nobody");
    (void)self->answer();
    auto together = self->bridge(*got);
    (void)co_await std::move(together);
}

void add_applications(call_world& pbx) {
    // As mod_apps' own do it; here only what they tell the bus counts.
    pbx.app("read", [](channel& self, std::string) -> task<> {
        self.set_secret("pin", std::string(typed_digits));
        co_return;
    });
    pbx.app("log", [](channel&, std::string) -> task<> { co_return; });
    pbx.app("bridge", [&pbx](channel& self, std::string data) {
        return bridge_to(pbx.at.get(), &self, std::move(data));
    });
}

incoming_call from_1000(call_world& pbx, const leg_record& leg) {
    incoming_call in;
    in.signalling = owned<strowger::leg>(use(&pbx.uses), std::make_unique<fake_leg>(pbx.loop, leg));
    in.caller.username = "1000";
    in.caller.caller_id_name = "Alice";
    in.caller.caller_id_number = "1000";
    in.caller.ani = "1000";
    in.caller.rdnis = "1009";
    in.caller.network_addr = "192.0.2.10";
    in.caller.destination_number = "1001";
    in.caller.source = "mod_sofia";
    in.caller.chan_name = "sofia/internal/1000@pbx.example.com";
    in.vars.set("origination_uuid", std::string(a_id));
    in.vars.set("accountcode", "1000");
    in.vars.set("last_offer", cat("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:", media_key));
    in.sdp = "offer";
    return in;
}

}  // namespace

void a_call() {
    call_world pbx;
    add_applications(pbx);
    pbx.extension("1001", {{"read", "8 8 silence pin 5000"},
                           {"log", "INFO pin ${pin}"},
                           {"bridge", cat("[origination_uuid=", b_id, "]test/1001")}});
    writer out(*pbx.facts, a_id);

    auto leg = std::make_shared<leg_state>();
    leg->facts.transport = "udp";
    auto a = pbx.at->incoming(from_1000(pbx, leg)).value();
    pbx.turn();
    auto far = pbx.phones.to("1001").leg;
    pbx.pass(seconds(1));
    far->events->ringing("t1");
    pbx.pass(seconds(2));
    far->events->progressed("t1", "early");
    pbx.pass(seconds(3));
    far->events->answered("t1", "answer");
    pbx.pass(seconds(4));
    leg->events->digit('9', std::chrono::milliseconds(100));
    pbx.turn();
    leg->events->ended(hangup_cause::normal_clearing, "");
    a.reset();
    pbx.turn();
}

}  // namespace strowger::docs
