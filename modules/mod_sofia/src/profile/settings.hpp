// One sofia profile as its XML file says it (sip_profiles/*.xml). Plain data, read once; any
// thread.
#pragma once

#include "auth/authenticator.hpp"
#include "gateway/gateway.hpp"
#include "registrar/registrar.hpp"
#include "transaction/layer.hpp"
#include "transport/transport.hpp"

#include <strowger/config.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace strowger::sofia {

struct profile_settings {
    std::string name;
    source_ref where;
    std::string problem;  // why the profile cannot run, or empty

    transport_settings transport;
    transaction_timers timers;
    auth_settings auth;
    registrar_settings registrar;
    std::vector<gateway_settings> gateways;
    std::vector<std::string> aliases;

    std::string context = "default";
    std::string dialplan = "XML";
    std::string user_agent;
    std::string media_ip, advertised_media_ip;
    std::string inbound_codecs, outbound_codecs;
    std::chrono::milliseconds media_timeout{0}, media_hold_timeout{0};
    std::string caller_id_type = "rpid";  // rpid, pid, none
    std::size_t max_strangers = 4000,
                max_strangers_per_address = 2000;  // calls without a known caller
    std::size_t max_proceeding = 0;  // server transactions at once; 0: no limit of its own
    bool registers = true;           // not disable-register
    bool log_auth_failures = false;
    bool trace = false;

    // What the XML said, to see on a reload whether it says something else now.
    std::string settings_text, gateways_text;
};

struct sofia_settings {
    int log_level = 0;  // global_settings/log-level, 0 to 9
    std::vector<profile_settings> profiles;
};

// Reads <configuration name="sofia.conf">. A profile with an error is given too, with its
// `problem` set: it is shown, not run.
sofia_settings read_settings(const config_snapshot& from, problems& found);

}  // namespace strowger::sofia
