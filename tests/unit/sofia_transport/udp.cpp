#include "peers.hpp"

#include "transport/udp_flows.hpp"

namespace strowger::sofia {
namespace {

using namespace testing;

struct udp_client {
    unique_fd fd{std::move(*bind_udp(*parse_address("127.0.0.1:0", 0)))};
    void send(const address& to, std::string_view bytes) {
        auto raw = to_system(to);
        ASSERT_EQ(::sendto(fd.get(), bytes.data(), bytes.size(), 0,
                           reinterpret_cast<sockaddr*>(raw.bytes), raw.length),
                  static_cast<ssize_t>(bytes.size()));
    }
    std::string take() {
        char room[4096];
        auto got = ::recv(fd.get(), room, sizeof room, MSG_DONTWAIT);
        return got > 0 ? std::string(room, static_cast<std::size_t>(got)) : std::string();
    }
};

TEST(udp, a_message_and_its_answer_and_one_flow_for_each_peer) {
    house pbx;
    udp_client phone, other;
    auto to = pbx.at(transport_kind::udp);
    phone.send(to, request("OPTIONS", "UDP", "one"));
    phone.send(to, request("OPTIONS", "UDP", "two"));
    other.send(to, request("OPTIONS", "UDP", "three"));
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 3; }));
    auto& said = pbx.events.messages;
    EXPECT_EQ(said[0].call_id, "one");
    auto flow = said[0].from;
    EXPECT_EQ(flow, said[1].from);
    EXPECT_NE(flow->id(), said[2].from->id());
    EXPECT_TRUE(flow->id().starts_with("test-node-"));
    EXPECT_EQ(flow->remote(), local_address(phone.fd.get()));
    EXPECT_EQ(flow->local(), to);
    EXPECT_FALSE(flow->encrypted());
    EXPECT_FALSE(flow->reliable());
    EXPECT_EQ(pbx.sip->find(flow->id()), flow);
    EXPECT_EQ(*pbx.sip->datagram(flow->remote()), flow);
    EXPECT_EQ(pbx.sip->find("other-start-1"), nullptr);

    ASSERT_TRUE(flow->send("SIP/2.0 200 OK\r\n\r\n"));
    std::string answer;
    ASSERT_TRUE(pbx.core.run_until([&] { return !(answer = phone.take()).empty(); }));
    EXPECT_EQ(answer, "SIP/2.0 200 OK\r\n\r\n");
    EXPECT_EQ(pbx.sip->counters().received, 3u);
    EXPECT_EQ(pbx.sip->counters().sent, 1u);
}

TEST(udp, keep_alives_and_garbage_disturb_nobody) {
    transport_settings small;
    small.max_message_bytes = 1000;
    house pbx(small);
    udp_client phone;
    auto to = pbx.at(transport_kind::udp);
    phone.send(to, "\r\n\r\n");
    phone.send(to, std::string("\0\0\0\0", 4));
    phone.send(to, "");
    phone.send(to, "nonsense\x01\xff");
    phone.send(to, std::string(1001, 'A'));
    std::string stun("\0\x01\0\0\x21\x12\xA4\x42", 8);
    phone.send(to, stun + "abcdefghijkl");
    phone.send(to, request("OPTIONS", "UDP", "after"));
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 1; }));
    EXPECT_EQ(pbx.events.messages[0].call_id, "after");
    EXPECT_EQ(pbx.sip->counters().malformed, 1u);
    EXPECT_EQ(pbx.sip->counters().oversized, 1u);
    auto answer = phone.take();
    ASSERT_GE(answer.size(), 20u);
    EXPECT_EQ(answer.substr(0, 2), std::string("\x01\x01", 2));
    EXPECT_EQ(answer.substr(8, 12), "abcdefghijkl");
}

TEST(udp, a_port_in_use_is_said_and_the_others_run) {
    house first;
    transport_settings same;
    same.profile = "second";
    same.ip = "127.0.0.1";
    same.port = first.at(transport_kind::udp).port;
    recorded events;
    auto second = make_transport(first.core, same, events);
    second->start();
    for (const auto& each : second->listeners()) {
        EXPECT_FALSE(each.up);
        EXPECT_NE(each.reason.find("another program or profile uses this port"), std::string::npos);
    }
    EXPECT_EQ(second->datagram(*parse_address("127.0.0.1:9", 0)).error().code, errc::unavailable);
    second->stop();
}

TEST(udp, a_bad_address_keeps_everything_down) {
    transport_settings bad;
    bad.ip = "pbx.example";
    house pbx(bad);
    EXPECT_NE(pbx.down(transport_kind::udp).find("is not an IP address"), std::string::npos);
    EXPECT_NE(pbx.down(transport_kind::tcp).find("sip-ip"), std::string::npos);
}

TEST(udp, after_stop_a_held_flow_only_refuses) {
    house pbx;
    auto flow = *pbx.sip->datagram(*parse_address("127.0.0.1:9", 0));
    pbx.sip->stop();
    EXPECT_EQ(flow->send("x").error().code, errc::closed);
}

TEST(udp, the_trace_hides_keys_and_digits) {
    house pbx;
    pbx.sip->trace(true);
    udp_client phone;
    phone.send(pbx.at(transport_kind::udp),
               request("INFO", "UDP", "digits", "Signal=5\r\na=crypto:1 X inline:KEYKEY\r\n"));
    ASSERT_TRUE(pbx.core.run_until([&] { return pbx.heard() == 1; }));
    EXPECT_TRUE(pbx.core.captured.contains("\r\n\r\n***\r\n***\r\n"));
    EXPECT_FALSE(pbx.core.captured.contains("Signal=5"));
    EXPECT_FALSE(pbx.core.captured.contains("KEYKEY"));
}

TEST(udp, advertised_address_and_real_port) {
    transport_settings cloud;
    cloud.advertised_ip = "203.0.113.7";
    house pbx(cloud);
    auto said = pbx.sip->advertised(transport_kind::udp);
    EXPECT_EQ(said.ip.to_string(), "203.0.113.7");
    EXPECT_EQ(said.port, pbx.at(transport_kind::udp).port);
    EXPECT_EQ(said, pbx.sip->advertised(transport_kind::tcp));
}

TEST(udp_flows, the_least_recently_used_makes_room) {
    house pbx;
    struct nobody final : stream_events {
        void opened(const std::shared_ptr<stream_flow>&, std::uint64_t) override {}
        void connect_failed(std::uint64_t, error) override {}
        void received(message, const std::shared_ptr<stream_flow>&) override {}
        void closed(const std::shared_ptr<stream_flow>&, std::string_view) override {}
    } events;
    stream_hub hub(pbx.core, {}, events);
    udp_flows flows(2);
    auto peer = [](std::uint16_t port) {
        return address{boost::asio::ip::make_address("192.0.2.1"), port};
    };
    auto first = flows.to(peer(1), nullptr, hub)->id();
    auto second = flows.to(peer(2), nullptr, hub)->id();
    EXPECT_EQ(flows.to(peer(1), nullptr, hub)->id(), first);
    flows.to(peer(3), nullptr, hub);
    EXPECT_EQ(flows.size(), 2u);
    EXPECT_NE(flows.find(first), nullptr);
    EXPECT_EQ(flows.find(second), nullptr);
    EXPECT_NE(flows.to(peer(2), nullptr, hub)->id(), second);
}

}  // namespace
}  // namespace strowger::sofia
