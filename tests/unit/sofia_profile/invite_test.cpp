// INVITEs: what one that came in says to the core, and what one that goes out says to the world.
#include "profile/invite.hpp"
#include "profile/incoming.hpp"

#include "fake_flow.hpp"

#include <gtest/gtest.h>

using namespace strowger;
using namespace strowger::sofia;
using namespace strowger::sofia::testing;

namespace {

message came_in(std::string_view more = {}) {
    auto text = cat(
        "INVITE sip:%231001@pbx.example.com:5061 SIP/2.0\r\n"
        "Via: SIP/2.0/TLS 192.0.2.1:40000;branch=z9hG4bK1\r\n"
        "From: \"Alice\" <sip:1000@pbx.example.com>;tag=a\r\nTo: <sip:%231001@pbx.example.com>\r\n"
        "Call-ID: c1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 69\r\n"
        "Contact: <sip:1000@10.0.0.5:5062;transport=tls>\r\nUser-Agent: Phone 1.0\r\n",
        more, "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n");
    auto parsed = message::parse(text);
    return parsed ? std::move(*parsed) : message{};
}

struct incoming : ::testing::Test {
    fake_flow from{transport_kind::tls, "192.0.2.1", 40000};
    profile_settings profile;
    incoming() {
        profile.name = "internal";
        profile.context = "public";
    }
    std::string var(const incoming_call& call, std::string_view name) {
        return std::string(call.vars.get(name));
    }
};

TEST_F(incoming, a_stranger_is_in_the_profiles_context) {
    auto call =
        describe(came_in("X-Account: 7\r\nx-b: ${system rm}\r\n"), from, profile, nullptr, nullptr);
    EXPECT_EQ(call.caller.destination_number, "#1001");
    EXPECT_EQ(call.caller.caller_id_number, "1000");
    EXPECT_EQ(call.caller.caller_id_name, "Alice");
    EXPECT_EQ(call.caller.context, "public");
    EXPECT_EQ(call.caller.network_addr, "192.0.2.1");
    EXPECT_EQ(call.caller.source, "mod_sofia");
    EXPECT_EQ(call.caller.chan_name, "sofia/internal/1000@pbx.example.com");
    EXPECT_EQ(call.sdp, "v=0\r\n");
    EXPECT_EQ(var(call, "sip_from_user"), "1000");
    EXPECT_EQ(var(call, "sip_from_uri"), "1000@pbx.example.com");
    EXPECT_EQ(var(call, "sip_to_user"), "#1001");
    EXPECT_EQ(var(call, "sip_req_port"), "5061");
    EXPECT_EQ(var(call, "sip_call_id"), "c1");
    EXPECT_EQ(var(call, "sip_network_ip"), "192.0.2.1");
    EXPECT_EQ(var(call, "sip_network_port"), "40000");
    EXPECT_EQ(var(call, "sip_contact_host"), "10.0.0.5");
    EXPECT_EQ(var(call, "sip_contact_port"), "5062");
    EXPECT_EQ(var(call, "sip_via_protocol"), "tls");
    EXPECT_EQ(var(call, "signalling_secure"), "true");
    EXPECT_EQ(var(call, "sip_user_agent"), "Phone 1.0");
    EXPECT_EQ(var(call, "sip_h_X-Account"), "7");
    EXPECT_EQ(var(call, "sip_h_x-b"), "${system rm}");  // text, and it stays text
    EXPECT_EQ(var(call, "sip_authorized"), "");
}

TEST_F(incoming, a_user_brings_context_and_variables) {
    directory_user user;
    user.id = "1000";
    user.domain = "pbx.example.com";
    user.vars.set("user_context", "default");
    user.vars.set("toll_allow", "local");
    auto call = describe(came_in(), from, profile, &user, nullptr);
    EXPECT_EQ(call.caller.context, "default");
    EXPECT_EQ(call.caller.username, "1000");
    EXPECT_EQ(var(call, "toll_allow"), "local");
    EXPECT_EQ(var(call, "sip_authorized"), "true");
    EXPECT_EQ(var(call, "domain_name"), "pbx.example.com");
}

TEST_F(incoming, names_of_the_caller) {
    auto call = describe(came_in("Remote-Party-ID: \"Bob\" <sip:2000@x>;party=calling\r\n"), from,
                         profile, nullptr, nullptr);
    EXPECT_EQ(call.caller.caller_id_name, "Bob");
    EXPECT_EQ(call.caller.caller_id_number, "2000");
    call = describe(came_in("P-Asserted-Identity: \"Eve\" <sip:%2B493@x>\r\n"
                            "Remote-Party-ID: \"Bob\" <sip:2000@x>\r\n"),
                    from, profile, nullptr, nullptr);
    EXPECT_EQ(call.caller.caller_id_name, "Eve");
    EXPECT_EQ(call.caller.caller_id_number, "+493");
    call = describe(came_in("P-Asserted-Identity: garbage\r\n"), from, profile, nullptr, nullptr);
    EXPECT_EQ(call.caller.caller_id_number, "1000");
}

TEST_F(incoming, a_gateways_call) {
    gateway_settings gateway;
    gateway.name = "provider";
    gateway.extension = "5000";
    gateway.context = "from-provider";
    auto call = describe(came_in(), from, profile, nullptr, &gateway);
    EXPECT_EQ(call.caller.destination_number, "5000");
    EXPECT_EQ(call.caller.context, "from-provider");
    EXPECT_EQ(var(call, "sip_gateway_name"), "provider");
    gateway.extension = "auto_to_user";
    call = describe(came_in(), from, profile, nullptr, &gateway);
    EXPECT_EQ(call.caller.destination_number, "#1001");
}

struct outgoing : ::testing::Test {
    profile_settings profile;
    caller_profile caller;
    variables vars;
    gateway_settings gateway;
    invite_request what;
    outgoing() {
        caller.caller_id_name = "Alice \"A\"";
        caller.caller_id_number = "1000";
        profile.user_agent = "Strowger";
        what.request_uri = "sip:1001@192.0.2.1";
        what.caller = &caller;
        what.vars = &vars;
        what.own_host = "192.0.2.10";
    }
    std::string header(const request_parts& of, std::string_view name) {
        for (const auto& [key, value] : of.headers)
            if (iequals(key, name)) return value;
        return {};
    }
};

TEST_F(outgoing, says_who_calls) {
    auto parts = make_invite(profile, what);
    ASSERT_TRUE(parts);
    EXPECT_TRUE(parts->from.starts_with("\"Alice \\\"A\\\"\" <sip:1000@192.0.2.10>;tag="));
    EXPECT_EQ(parts->to, "<sip:1001@192.0.2.1>");
    EXPECT_EQ(parts->max_forwards, 70);
    EXPECT_EQ(header(*parts, "Remote-Party-ID"),
              "\"Alice \\\"A\\\"\" <sip:1000@192.0.2.10>;party=calling;screen=yes;privacy=off");
    EXPECT_TRUE(make_request(*parts));
    profile.caller_id_type = "pid";
    EXPECT_EQ(header(*make_invite(profile, what), "P-Asserted-Identity"),
              "\"Alice \\\"A\\\"\" <sip:1000@192.0.2.10>");
    profile.caller_id_type = "none";
    EXPECT_EQ(header(*make_invite(profile, what), "Remote-Party-ID"), "");
}

TEST_F(outgoing, a_name_cannot_become_a_header) {
    caller.caller_id_name = "x\r\nX-Evil: 1";
    caller.caller_id_number = "1>\r\nX-Evil: 2";
    vars.set("sip_h_X-A", "1\r\nX-Evil: 3");
    auto parts = make_invite(profile, what);
    ASSERT_TRUE(parts);
    auto made = make_request(*parts);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->print().find("\r\nX-Evil"), std::string::npos);
}

TEST_F(outgoing, variables_become_headers_but_not_ours) {
    vars.set("sip_h_X-Account", "7");
    vars.set("sip_h_Alert-Info", "<http://x>");
    vars.set("sip_h_From", "<sip:evil@x>");
    vars.set("sip_h_contact", "<sip:evil@x>");
    vars.set("sip_h_", "x");
    auto parts = make_invite(profile, what);
    ASSERT_TRUE(parts);
    EXPECT_EQ(header(*parts, "X-Account"), "7");
    EXPECT_EQ(header(*parts, "Alert-Info"), "<http://x>");
    EXPECT_EQ(header(*parts, "From"), "");
    EXPECT_EQ(header(*parts, "Contact"), "");
}

TEST_F(outgoing, gateways_have_an_identity_of_their_own) {
    gateway.name = "provider";
    gateway.username = "joe";
    gateway.realm = "provider.example";
    what.gateway = &gateway;
    auto parts = make_invite(profile, what);
    EXPECT_TRUE(parts->from.starts_with("\"Alice \\\"A\\\"\" <sip:joe@provider.example>;tag="));
    gateway.from_user = "pbx";
    gateway.from_domain = "from.example";
    parts = make_invite(profile, what);
    EXPECT_NE(parts->from.find("<sip:pbx@from.example>"), std::string::npos);
    gateway.caller_id_in_from = true;
    parts = make_invite(profile, what);
    EXPECT_NE(parts->from.find("<sip:1000@from.example>"), std::string::npos);
}

TEST_F(outgoing, a_hop_is_spent) {
    variables parent;
    what.parent = &parent;
    parent.set("max_forwards", "5");
    EXPECT_EQ(make_invite(profile, what)->max_forwards, 4);
    parent.set("max_forwards", "1");
    auto none = make_invite(profile, what);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, errc::limit_reached);
}

}  // namespace
