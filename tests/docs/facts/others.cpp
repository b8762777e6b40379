// Facts about no channel, each with what it might really say.
#include "samples.hpp"

#include "auth/facts.hpp"
#include "bus/make.hpp"
#include "gateway/facts.hpp"
#include "registrar/facts.hpp"

#include <strowger/events.hpp>
#include <strowger/testing/captured_log.hpp>

namespace strowger::docs {

namespace {

void of_the_core(bus& to) {
    constexpr std::string_view file = "/usr/local/lib/strowger/modules/mod_dialplan.so";
    to.publish(startup{});
    to.publish(module_load{"mod_dialplan", file});
    to.publish(module_unload{"mod_dialplan", file});
    to.publish(config_reloaded{});
    to.publish(loop_held{"mod_dialplan", 180});
    to.publish(shutting_down{});
}

void of_registrations(bus& to) {
    binding one;
    one.user = "1001";
    one.domain = "pbx.example.com";
    one.contact = "sip:1001@198.51.100.7:49152;transport=tls";
    one.profile = "internal";
    one.transport = "tls";
    one.source = "198.51.100.7:49152";
    one.user_agent = "baresip 3.11";
    one.call_id = "8e1b0a77@198.51.100.7";
    one.authenticated_as = "1001";
    to.publish(sofia::sofia_register{{one, 3600}});
    to.publish(sofia::sofia_unregister{{one, 0}});
    to.publish(sofia::sofia_expire{{one, 0}});
}

void of_a_failure(bus& to) {
    sofia::sofia_auth_failure fact;
    fact.profile = "internal";
    fact.method = "REGISTER";
    fact.from_user = fact.to_user = "1001";
    fact.from_host = fact.to_host = "pbx.example.com";
    fact.username = "1001";
    fact.realm = "pbx.example.com";
    fact.network_ip = "203.0.113.66";
    fact.network_port = 5060;
    fact.transport = "udp";
    fact.user_agent = "friendly-scanner";
    fact.call_id = "77aa01@203.0.113.66";
    fact.reason = "wrong password";
    to.publish(fact);
}

}  // namespace

void others() {
    testing::captured_log sink;
    logger log("core", sink, log_level::debug);
    auto facts = make_bus(log);
    writer out(*facts);
    of_the_core(*facts);
    of_registrations(*facts);
    of_a_failure(*facts);
    facts->publish(
        sofia::sofia_gateway_state{"provider", "external", "FAIL_WAIT", "503 Service Unavailable"});
}

}  // namespace strowger::docs
