#include "peers.hpp"

#include <sys/resource.h>

namespace strowger::sofia {
namespace {

using namespace testing;
using namespace std::chrono_literals;

TEST(tcp, messages_answers_and_pings_on_one_flow) {
    house pbx;
    client phone(pbx.at(transport_kind::tcp));
    phone.send(request("OPTIONS", "TCP", "one") + request("OPTIONS", "TCP", "two") + "\r\n\r\n");
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 2; }));
    auto flow = pbx.events.messages[0].from;
    EXPECT_EQ(flow, pbx.events.messages[1].from);
    EXPECT_EQ(flow->kind(), transport_kind::tcp);
    EXPECT_TRUE(flow->accepted());
    EXPECT_TRUE(flow->alive());
    EXPECT_EQ(flow->remote(), phone.local());
    EXPECT_EQ(pbx.sip->find(flow->id()), flow);
    EXPECT_EQ(pbx.sip->flows(), std::vector<flow_ptr>{flow});
    ASSERT_TRUE(flow->send("SIP/2.0 200 OK\r\n\r\n"));
    ASSERT_TRUE(pbx.core.run_until([&] {
        phone.pump();
        return phone.text.size() >= 20;
    }));
    EXPECT_EQ(phone.text, "\r\nSIP/2.0 200 OK\r\n\r\n");
}

TEST(tcp, a_peer_that_closes_is_told_and_its_flow_is_never_found_again) {
    house pbx;
    client phone(pbx.at(transport_kind::tcp));
    phone.send(request("OPTIONS", "TCP", "one"));
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 1; }));
    auto flow = pbx.events.messages[0].from;
    phone.close();
    ASSERT_TRUE(pbx.core.run_until([&] { return !pbx.events.ended.empty(); }));
    EXPECT_EQ(pbx.events.ended[0].first, flow);
    EXPECT_EQ(pbx.events.ended[0].second, "the peer closed it");
    EXPECT_FALSE(flow->alive());
    EXPECT_EQ(pbx.sip->find(flow->id()), nullptr);
    EXPECT_EQ(flow->send("x").error().code, errc::closed);
    EXPECT_EQ(pbx.sip->counters().connections, 0u);
}

// A binding of before a reload names its connection, which nobody else's may be called by then.
TEST(tcp, a_profile_that_was_started_anew_gives_flows_other_names) {
    std::string names[2];
    for (auto& name : names) {
        house pbx;
        client phone(pbx.at(transport_kind::tcp));
        phone.send(request("OPTIONS", "TCP", "one"));
        ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 1; }));
        name = pbx.events.messages[0].from->id();
        EXPECT_TRUE(name.ends_with("-1")) << name;  // the first of its start, both times
    }
    EXPECT_NE(names[0], names[1]);
}

TEST(tcp, without_content_length_it_is_400_and_the_end) {
    house pbx;
    client phone(pbx.at(transport_kind::tcp));
    auto text = request("OPTIONS", "TCP", "bad");
    text.erase(text.find("Content-Length: 0\r\n"), 19);
    phone.send(text);
    ASSERT_TRUE(pbx.core.run_until([&] { return !phone.pump(); }));
    EXPECT_TRUE(phone.text.starts_with("SIP/2.0 400 Missing Content-Length\r\n")) << phone.text;
    EXPECT_NE(phone.text.find("branch=z9hG4bKbad"), std::string::npos);
    EXPECT_EQ(pbx.heard(), 0u);
    EXPECT_EQ(pbx.sip->counters().malformed, 1u);
}

TEST(tcp, what_is_too_large_is_513_and_the_end) {
    transport_settings small;
    small.max_message_bytes = 2000;
    house pbx(small);
    client phone(pbx.at(transport_kind::tcp));
    auto text = request("INVITE", "TCP", "large");
    text.replace(text.find("Length: 0"), 9, "Length: 5000");
    phone.send(text + std::string(100, 'x'));
    ASSERT_TRUE(pbx.core.run_until([&] { return !phone.pump(); }));
    EXPECT_TRUE(phone.text.starts_with("SIP/2.0 513 Message Too Large\r\n")) << phone.text;
    EXPECT_EQ(pbx.sip->counters().oversized, 1u);
}

TEST(tcp, garbage_and_tls_on_the_plain_port_are_closed_with_a_word) {
    house pbx;
    client web(pbx.at(transport_kind::tcp)), tls(pbx.at(transport_kind::tcp));
    web.send("GET / HTTP/1.1\r\n\r\n");
    tls.send(std::string("\x16\x03\x01\x00\x05hello", 10));
    ASSERT_TRUE(pbx.core.run_until([&] { return !web.pump() && !tls.pump(); }));
    EXPECT_TRUE(pbx.core.captured.contains("its first line is not one of SIP/2.0"));
    EXPECT_TRUE(pbx.core.captured.contains("it speaks TLS on the port for plain TCP"));
    EXPECT_EQ(pbx.sip->counters().malformed, 2u);
}

TEST(tcp, connections_of_one_peer_are_limited) {
    transport_settings few;
    few.max_connections_per_peer = 3;
    house pbx(few);
    std::vector<std::unique_ptr<client>> all;
    for (int i = 0; i < 5; ++i)
        all.push_back(std::make_unique<client>(pbx.at(transport_kind::tcp)));
    ASSERT_TRUE(pbx.core.run_until([&] {
        return pbx.sip->counters().refused_connections == 2 && !all[3]->pump() && !all[4]->pump();
    }));
    EXPECT_TRUE(all[0]->pump());
    EXPECT_TRUE(
        pbx.core.captured.contains("it has 3 connections already on which nobody is known"));
    all[0]->close();  // makes room
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.events.ended.size() == 1; }));
    client again(pbx.at(transport_kind::tcp));
    again.send(request("OPTIONS", "TCP", "again"));
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 1; }));
}

// An office behind one address: phones that proved who they are take nobody's place.
TEST(tcp, who_is_known_does_not_count_against_its_address) {
    transport_settings few;
    few.max_connections_per_peer = 2;
    house pbx(few);
    std::vector<std::unique_ptr<client>> office;
    for (std::size_t i = 0; i < 5; ++i) {
        office.push_back(std::make_unique<client>(pbx.at(transport_kind::tcp)));
        office.back()->send(request("REGISTER", "TCP", "phone"));
        ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == i + 1; }));
        pbx.events.messages.back().from->authenticate("1000");
    }
    std::vector<std::unique_ptr<client>> strangers;
    for (int i = 0; i < 3; ++i)
        strangers.push_back(std::make_unique<client>(pbx.at(transport_kind::tcp)));
    ASSERT_TRUE(pbx.core.run_until(
        [&] { return pbx.sip->counters().refused_connections == 1 && !strangers[2]->pump(); }));
    for (auto& each : office) EXPECT_TRUE(each->pump());
    EXPECT_TRUE(strangers[0]->pump());
    // Leaving takes nothing from the strangers' count that it did not have.
    for (auto& each : office) each->close();
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.events.ended.size() == 5; }));
    client one_more(pbx.at(transport_kind::tcp));
    ASSERT_TRUE(pbx.core.run_until(
        [&] { return pbx.sip->counters().refused_connections == 2 && !one_more.pump(); }));
}

TEST(tcp, who_sends_nothing_or_only_half_a_message_is_closed) {
    house pbx;
    client silent(pbx.at(transport_kind::tcp)), slow(pbx.at(transport_kind::tcp)),
        good(pbx.at(transport_kind::tcp));
    slow.send("OPTIONS sip:a@b SIP/2.0\r\n");
    good.send(request("OPTIONS", "TCP", "good"));
    ASSERT_TRUE(pbx.core.run_until(
        [&] { return pbx.heard() == 1 && pbx.sip->counters().connections == 3; }));
    pbx.core.manual.advance(14s);
    pbx.core.poll();
    EXPECT_EQ(pbx.events.ended.size(), 0u);
    pbx.core.manual.advance(3s);
    ASSERT_TRUE(pbx.core.run_until([&] { return !silent.pump() && !slow.pump(); }));
    EXPECT_TRUE(good.pump());
}

TEST(tcp, idle_ones_are_closed_unless_somebody_needs_them) {
    house pbx;
    client idle(pbx.at(transport_kind::tcp)), registered(pbx.at(transport_kind::tcp)),
        held(pbx.at(transport_kind::tcp));
    idle.send(request("OPTIONS", "TCP", "idle"));
    registered.send(request("OPTIONS", "TCP", "registered"));
    held.send(request("OPTIONS", "TCP", "held"));
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 3; }));
    flow_ptr dialog;
    for (auto& each : pbx.events.messages) {
        if (each.call_id == "registered") each.from->authenticate("1000");
        if (each.call_id == "held") dialog = each.from;
    }
    pbx.events.messages.clear();
    pbx.core.manual.advance(602s);
    ASSERT_TRUE(pbx.core.run_until([&] { return !idle.pump(); }));
    pbx.core.manual.advance(602s);
    EXPECT_TRUE(registered.pump());
    EXPECT_TRUE(held.pump());
    EXPECT_TRUE(dialog->alive());
}

TEST(tcp, a_client_that_does_not_read_harms_itself_only) {
    transport_settings little;
    little.max_unsent_bytes = 20000;
    house pbx(little);
    client deaf(pbx.at(transport_kind::tcp)), good(pbx.at(transport_kind::tcp));
    deaf.send(request("OPTIONS", "TCP", "deaf"));
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 1; }));
    auto flow = pbx.events.messages[0].from;
    std::optional<error> refusal;
    ASSERT_TRUE(pbx.core.run_until([&] {
        for (int i = 0; i < 20 && !refusal; ++i)
            if (auto sent = flow->send(std::string(9000, 'x')); !sent) refusal = sent.error();
        return refusal.has_value();
    }));
    EXPECT_EQ(refusal->code, errc::limit_reached);
    EXPECT_FALSE(flow->alive());
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.events.ended.size() == 1; }));
    good.send(request("OPTIONS", "TCP", "good"));
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 2; }));
}

TEST(tcp, reading_stops_while_too_many_messages_are_unhandled) {
    transport_settings few;
    few.max_unhandled_messages = 4;
    house pbx(few);
    client flood(pbx.at(transport_kind::tcp));
    std::string all;
    for (int i = 0; i < 50; ++i) all += request("OPTIONS", "TCP", cat("m", i));
    flood.send(all);
    // The loop does not run while the edge thread takes what it may.
    client witness(pbx.at(transport_kind::tcp));
    witness.send("\r\n\r\n");
    for (int i = 0; i < 5000 && witness.text != "\r\n"; ++i) {
        char room[8];
        auto got = ::recv(witness.fd(), room, sizeof room, 0);
        if (got > 0) witness.text.append(room, static_cast<std::size_t>(got));
    }
    EXPECT_EQ(witness.text, "\r\n");
    EXPECT_EQ(pbx.sip->counters().received, 4u);
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 50; }));
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(pbx.events.messages[i].call_id, cat("m", i));
}

// Accepting fails for want of descriptors, and goes on when there are some again.
TEST(tcp, without_descriptors_it_waits_and_does_not_spin) {
    house pbx;
    auto raw = to_system(pbx.at(transport_kind::tcp));
    client first(pbx.at(transport_kind::tcp));  // the edge thread has all that it needs
    first.send("\r\n\r\n");
    ASSERT_TRUE(pbx.core.run_until([&] { return first.pump() && first.text == "\r\n"; }));
    pbx.core.log().error("once");  // UBSan's first look at a type needs descriptors
    EXPECT_TRUE(pbx.core.captured.contains("once"));
    unique_fd phone(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    rlimit usual{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    auto lowest_free = ::dup(phone.get());
    ::close(lowest_free);
    rlimit none{static_cast<rlim_t>(lowest_free), usual.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_EQ(::connect(phone.get(), reinterpret_cast<sockaddr*>(raw.bytes), raw.length), 0);
    bool said = pbx.core.run_until(
        [&] { return pbx.core.captured.contains("raise the limit of descriptors"); });
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
    EXPECT_TRUE(said);
    auto text = request("OPTIONS", "TCP", "late");
    ASSERT_GT(::send(phone.get(), text.data(), text.size(), MSG_NOSIGNAL), 0);
    EXPECT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 1; }));
    // Ten tries a second: a busy loop would have reached the log's limit of ten at once.
    EXPECT_LT(pbx.core.captured.records().size(), 10u);
}

TEST(tcp, connecting_is_shared_and_reused) {
    house server, pbx;
    auto to = server.at(transport_kind::tcp);
    std::vector<flow_ptr> got;
    for (int i = 0; i < 3; ++i)
        pbx.sip->connect(transport_kind::tcp, to, "server",
                         [&](result<flow_ptr> outcome) { got.push_back(outcome.value()); });
    EXPECT_TRUE(got.empty());
    ASSERT_TRUE(pbx.core.run_until([&] { return got.size() == 3; }));
    EXPECT_EQ(got[0], got[1]);
    EXPECT_EQ(got[0], got[2]);
    EXPECT_FALSE(got[0]->accepted());
    EXPECT_EQ(pbx.sip->counters().connections, 1u);
    ASSERT_TRUE(got[0]->send(request("OPTIONS", "TCP", "hello")));
    ASSERT_TRUE(server.core.run_until([&] { return server.heard() == 1; }));
    // The connection that a client made is not used to reach the client's address.
    auto client_flow = server.events.messages[0].from;
    auto other = server.connect(transport_kind::tcp, client_flow->remote(), "client");
    EXPECT_FALSE(other);

    got[0]->close("test");
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.events.ended.size() == 1; }));
    auto next = pbx.connect(transport_kind::tcp, to, "server");
    ASSERT_TRUE(next);
    EXPECT_NE(*next, got[0]);
}

TEST(tcp, a_refused_connect_says_so) {
    house pbx;
    unique_fd closed(std::move(*listen_tcp(*parse_address("127.0.0.1:0", 0))));
    auto to = local_address(closed.get());
    closed = unique_fd();
    auto outcome = pbx.connect(transport_kind::tcp, to, "nobody");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, errc::unavailable);
    EXPECT_NE(outcome.error().text.find("Connection refused"), std::string::npos);
}

TEST(tcp, stop_closes_everything_and_nothing_is_left) {
    std::weak_ptr<flow> watched;
    auto before = open_descriptors();
    {
        house server;
        house pbx;
        client one(pbx.at(transport_kind::tcp)), two(pbx.at(transport_kind::tcp));
        one.send(request("OPTIONS", "TCP", "one"));
        ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 1; }));
        watched = pbx.events.messages[0].from;
        bool told = false;
        pbx.sip->connect(transport_kind::tcp, server.at(transport_kind::tcp), "x",
                         [&](result<flow_ptr> outcome) {
                             told = true;
                             EXPECT_FALSE(outcome);
                         });
        pbx.sip->stop();
        EXPECT_TRUE(told);
        pbx.events.messages.clear();
        ASSERT_TRUE(pbx.core.run_until([&] { return !one.pump() && !two.pump(); }));
        EXPECT_TRUE(pbx.events.ended.empty());
        ASSERT_TRUE(pbx.core.run_until([&] { return watched.expired(); }));
        EXPECT_EQ(pbx.down(transport_kind::tcp), "the profile is stopped");
    }
    EXPECT_EQ(open_descriptors(), before);  // listeners, connections and loops alike
    EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace strowger::sofia
