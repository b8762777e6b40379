#include "tls_material.hpp"

namespace strowger::sofia {
namespace {

using namespace testing;
using namespace std::chrono_literals;

struct tls : ::testing::Test {
    authority by;
    certificate_folder server_folder{by};
};

TEST_F(tls, a_verified_server_and_messages_both_ways) {
    house server(server_folder.settings()), pbx(server_folder.settings());
    auto made = pbx.connect(transport_kind::tls, server.at(transport_kind::tls), "pbx.example");
    ASSERT_TRUE(made) << made.error().text;
    auto flow = *made;
    EXPECT_TRUE(flow->encrypted());
    EXPECT_TRUE(flow->tls().verified);
    EXPECT_EQ(flow->tls().name, "pbx.example");
    EXPECT_EQ(flow->tls().version, "TLSv1.3");
    EXPECT_EQ(flow->tls().problem, "");
    // More than one record, and more than a socket takes at once.
    ASSERT_TRUE(flow->send(request("OPTIONS", "TLS", "big", std::string(60000, 'x'))));
    ASSERT_TRUE(flow->send(request("OPTIONS", "TLS", "small") + "\r\n\r\n"));
    ASSERT_TRUE(server.core.run_until([&] { return server.heard() == 2; }));
    auto& said = server.events.messages[0];
    EXPECT_EQ(said.call_id, "big");
    EXPECT_EQ(said.from->kind(), transport_kind::tls);
    EXPECT_FALSE(said.from->tls().verified);
    EXPECT_EQ(said.from->tls().problem, "it was not asked for a certificate");
    ASSERT_TRUE(said.from->send(request("NOTIFY", "TLS", "back")));
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 1; }));
    EXPECT_EQ(pbx.events.messages[0].from, flow);
    said.from->close("done");
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.events.ended.size() == 1; }));
    EXPECT_EQ(pbx.events.ended[0].second, "the peer closed it");
}

TEST_F(tls, names_are_kept_apart_and_checked) {
    house server(server_folder.settings()), pbx(server_folder.settings());
    auto to = server.at(transport_kind::tls);
    auto by_uri = pbx.connect(transport_kind::tls, to, "sip.example");
    auto by_ip = pbx.connect(transport_kind::tls, to, "127.0.0.1");
    ASSERT_TRUE(by_uri && by_ip);
    EXPECT_NE(*by_uri, *by_ip);
    auto wrong = pbx.connect(transport_kind::tls, to, "other.example");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, errc::unauthenticated);
    EXPECT_NE(wrong.error().text.find("its certificate is not for other.example, it is for "
                                      "pbx.example, sip:sip.example, 127.0.0.1"),
              std::string::npos)
        << wrong.error().text;
}

TEST_F(tls, an_unknown_authority_is_refused_unless_policy_says_otherwise) {
    authority stranger;
    stranger.ca = make_certificate({.common_name = "Other CA", .authority = true});
    certificate_folder other(stranger);
    house server(other.settings()), careful(server_folder.settings());
    auto to = server.at(transport_kind::tls);
    auto refused = careful.connect(transport_kind::tls, to, "pbx.example");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("a CA that is not in the profile's cafile.pem"),
              std::string::npos)
        << refused.error().text;
    EXPECT_EQ(careful.sip->counters().failed_handshakes, 1u);
    // The server learns it from the alert.
    ASSERT_TRUE(server.core.run_until(
        [&] { return server.core.captured.contains("give it our cafile.pem"); }));

    auto policy = server_folder.settings();
    policy.tls.verify_out = false;
    house careless(policy);
    auto made = careless.connect(transport_kind::tls, to, "whatever.example");
    ASSERT_TRUE(made) << made.error().text;
    EXPECT_FALSE((*made)->tls().verified);
    EXPECT_EQ((*made)->tls().problem, "verification is off (tls-verify-policy=none)");
}

TEST_F(tls, an_expired_server_certificate_is_named) {
    certificate_folder old(by);
    auto own = by.sign({.alternative_names = "DNS:pbx.example",
                        .valid_from_seconds = -7200,
                        .valid_until_seconds = -3600});
    old.folder.write("agent.pem", own.key_pem() + own.certificate_pem());
    auto brazen = old.settings();
    brazen.tls.verify_date = false;
    house server(brazen), pbx(server_folder.settings());
    auto refused = pbx.connect(transport_kind::tls, server.at(transport_kind::tls), "pbx.example");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("its certificate has expired"), std::string::npos);
    house late(old.settings());
    EXPECT_NE(late.down(transport_kind::tls).find("expired on"), std::string::npos);
    EXPECT_EQ(late.down(transport_kind::udp), "up");
    EXPECT_EQ(late.down(transport_kind::tcp), "up");
}

TEST_F(tls, client_certificates_when_the_policy_asks_for_them) {
    auto strict = server_folder.settings();
    strict.tls.verify_in = true;
    house server(strict);
    auto to = server.at(transport_kind::tls);
    house pbx(server_folder.settings());
    auto made = pbx.connect(transport_kind::tls, to, "pbx.example");
    ASSERT_TRUE(made) << made.error().text;
    ASSERT_TRUE((*made)->send(request("OPTIONS", "TLS", "one")));
    ASSERT_TRUE(server.core.run_until([&] { return server.heard() == 1; }));
    auto flow = server.events.messages[0].from;
    EXPECT_TRUE(flow->tls().verified);
    EXPECT_EQ(flow->tls().name, "pbx.example");

    temporary_folder nothing;
    nothing.write("cafile.pem", by.ca.certificate_pem());
    transport_settings bare;
    bare.tls.certificate_dir = nothing.path();
    house phone(bare);
    phone.sip->connect(transport_kind::tls, to, "pbx.example", [](result<flow_ptr>) {});
    ASSERT_TRUE(phone.core.run_until([&] {
        server.core.poll();
        return server.core.captured.contains("it sent no certificate");
    }));
}

TEST_F(tls, versions_and_ciphers_without_anything_in_common) {
    auto two = server_folder.settings(), three = server_folder.settings();
    two.tls.versions = "tlsv1.2";
    three.tls.versions = "tlsv1.3";
    house server(two), pbx(three);
    auto refused = pbx.connect(transport_kind::tls, server.at(transport_kind::tls), "pbx.example");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("no TLS version is common to both"), std::string::npos);

    auto odd = two;
    odd.tls.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    house one_cipher(odd);
    odd.tls.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305";
    house another(odd);
    auto none = another.connect(transport_kind::tls, one_cipher.at(transport_kind::tls), "x");
    EXPECT_FALSE(none);
    ASSERT_TRUE(one_cipher.core.run_until(
        [&] { return one_cipher.core.captured.contains("no cipher is common to both"); }));
    odd.tls.ciphers = "NONSENSE";
    house down(odd);
    EXPECT_NE(down.down(transport_kind::tls).find("tls-ciphers \"NONSENSE\""), std::string::npos);
}

TEST_F(tls, plain_sip_on_the_tls_port_is_said_in_words) {
    house server(server_folder.settings());
    client phone(server.at(transport_kind::tls));
    phone.send(request("OPTIONS", "TCP", "plain"));
    ASSERT_TRUE(server.core.run_until([&] { return !phone.pump(); }));
    EXPECT_TRUE(server.core.captured.contains("it speaks without TLS on the TLS port"));
    EXPECT_EQ(server.sip->counters().failed_handshakes, 1u);
}

TEST_F(tls, a_plain_port_is_no_tls_server) {
    house server, pbx(server_folder.settings());
    auto refused = pbx.connect(transport_kind::tls, server.at(transport_kind::tcp), "pbx.example");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("it closed the connection during the handshake"),
              std::string::npos)
        << refused.error().text;
}

TEST_F(tls, a_handshake_that_does_not_begin_ends_in_time) {
    house server(server_folder.settings());
    client silent(server.at(transport_kind::tls));
    // Seen by the server once its listener took it.
    bool closed = server.core.run_until([&] {
        server.core.manual.advance(1s);
        return !silent.pump();
    });
    EXPECT_TRUE(closed);
    EXPECT_TRUE(server.core.captured.contains("it took too long"));
}

// Connections that never say anything do not keep out who means it: the oldest of them goes.
TEST_F(tls, handshakes_at_once_are_limited) {
    auto few = server_folder.settings();
    few.max_handshakes = 3;
    house server(few), pbx(server_folder.settings());
    std::vector<std::unique_ptr<client>> silent;
    for (int i = 0; i < 5; ++i) {
        silent.push_back(std::make_unique<client>(server.at(transport_kind::tls)));
    }
    ASSERT_TRUE(server.core.run_until([&] { return !silent[0]->pump() && !silent[1]->pump(); }));
    auto made = pbx.connect(transport_kind::tls, server.at(transport_kind::tls), "pbx.example");
    ASSERT_TRUE(made) << made.error().text;
    ASSERT_TRUE(server.core.run_until([&] { return !silent[2]->pump(); }));
    EXPECT_TRUE(silent[3]->pump());
    EXPECT_TRUE(silent[4]->pump());
    EXPECT_TRUE(server.core.captured.contains("too many others came after it"));
}

TEST_F(tls, a_server_that_never_answers_ends_in_time) {
    unique_fd mute(std::move(*listen_tcp(*parse_address("127.0.0.1:0", 0))));
    house pbx(server_folder.settings());
    std::optional<error> why;
    pbx.sip->connect(transport_kind::tls, local_address(mute.get()), "pbx.example",
                     [&](result<flow_ptr> got) { why = got.error(); });
    ASSERT_TRUE(pbx.core.run_until([&] {
        pbx.core.manual.advance(1s);
        return why.has_value();
    }));
    EXPECT_NE(why->text.find("it took too long"), std::string::npos);
}

TEST_F(tls, new_certificates_are_used_by_new_connections_only) {
    house server(server_folder.settings()), pbx(server_folder.settings());
    auto to = server.at(transport_kind::tls);
    auto old = pbx.connect(transport_kind::tls, to, "pbx.example");
    ASSERT_TRUE(old);
    auto renewed = by.sign({.alternative_names = "DNS:new.example"});
    server_folder.folder.write("agent.pem", renewed.key_pem() + renewed.certificate_pem());
    ASSERT_TRUE(server.sip->reload_certificates());
    EXPECT_TRUE(pbx.connect(transport_kind::tls, to, "new.example"));
    EXPECT_FALSE(pbx.connect(transport_kind::tls, to, "127.0.0.1"));
    EXPECT_TRUE((*old)->alive());
    // A broken file changes nothing.
    server_folder.folder.write("agent.pem", "broken");
    auto refused = server.sip->reload_certificates();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("keeps its certificates"), std::string::npos);
    pbx.sip->stop();
    house again(certificate_folder(by).settings());
}

TEST_F(tls, a_listener_that_was_down_comes_up_with_its_certificate) {
    temporary_folder empty;
    transport_settings wanted;
    wanted.tls.enabled = true;
    wanted.tls.certificate_dir = empty.path();
    house server(wanted);
    EXPECT_NE(server.down(transport_kind::tls).find("agent.pem does not exist"), std::string::npos);
    auto own = by.sign({.alternative_names = "DNS:pbx.example"});
    empty.write("agent.pem", own.key_pem() + own.certificate_pem());
    empty.write("cafile.pem", by.ca.certificate_pem());
    ASSERT_TRUE(server.sip->reload_certificates());
    EXPECT_EQ(server.down(transport_kind::tls), "up");
    house pbx(server_folder.settings());
    EXPECT_TRUE(pbx.connect(transport_kind::tls, server.at(transport_kind::tls), "pbx.example"));
}

TEST_F(tls, without_cafile_nothing_is_trusted) {
    house server(server_folder.settings());
    certificate_folder lacking(by);
    std::filesystem::remove(lacking.folder.path() + "/cafile.pem");
    house pbx(lacking.settings());
    EXPECT_EQ(pbx.down(transport_kind::tls), "up");
    auto refused = pbx.connect(transport_kind::tls, server.at(transport_kind::tls), "pbx.example");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("cafile.pem does not exist"), std::string::npos);
}

// An independent peer.
TEST_F(tls, openssl_s_client) {
    house server(server_folder.settings());
    auto file = server_folder.folder.write("request", request("OPTIONS", "TLS", "s_client"));
    auto command =
        cat("exec openssl s_client -connect ", to_string(server.at(transport_kind::tls)),
            " -CAfile ", server_folder.folder.path(), "/cafile.pem -verify_return_error -quiet ",
            "-verify_hostname pbx.example < ", file, " 2>/dev/null");
    auto* pipe = ::popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    bool heard = server.core.run_until([&] { return server.heard() == 1; });
    EXPECT_TRUE(heard);
    if (heard) {
        auto flow = server.events.messages[0].from;
        EXPECT_TRUE(flow->send("SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
        flow->close("done");
        server.events.messages.clear();
    }
    server.sip->stop();
    server.core.poll();
    std::string text(1024, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), pipe));
    EXPECT_EQ(::pclose(pipe), 0);
    EXPECT_TRUE(text.starts_with("SIP/2.0 200 OK")) << text;
}

TEST_F(tls, nothing_is_left_after_many_connections) {
    auto before = open_descriptors();
    {
        house server(server_folder.settings()), pbx(server_folder.settings());
        auto to = server.at(transport_kind::tls);
        for (int i = 0; i < 10; ++i) {
            auto made = pbx.connect(transport_kind::tls, to, "pbx.example");
            ASSERT_TRUE(made);
            (*made)->close("again");
            ASSERT_TRUE(pbx.core.run_until([&] { return pbx.sip->counters().connections == 0; }));
        }
        client undecided(to);
        pbx.sip->connect(transport_kind::tls, to, "pbx.example", [](result<flow_ptr>) {});
        pbx.sip->stop();
        server.sip->stop();
        ASSERT_TRUE(server.core.run_until([&] { return !undecided.pump(); }));
    }
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace strowger::sofia
