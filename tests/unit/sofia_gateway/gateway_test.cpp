#include "gateway/gateway.hpp"
#include "bus/make.hpp"
#include "gateway/registration.hpp"
#include "gateway/target.hpp"
#include "message/build.hpp"
#include "test_context.hpp"

#include <strowger/text.hpp>

#include <gmock/gmock.h>

#include <map>

namespace strowger::sofia {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class fake_flow final : public flow {
public:
    explicit fake_flow(transport_kind kind, const char* ip = "192.0.2.50")
        : kind_(kind), address_{boost::asio::ip::make_address(ip), 5060} {}
    const std::string& id() const noexcept override { return id_; }
    transport_kind kind() const noexcept override { return kind_; }
    const address& local() const noexcept override { return address_; }
    const address& remote() const noexcept override { return address_; }
    bool accepted() const noexcept override { return false; }
    bool alive() const noexcept override { return is_alive; }
    const tls_peer& tls() const noexcept override { return tls_; }
    result<void> send(std::string) override { return {}; }
    void close(std::string_view) override { is_alive = false; }
    bool is_alive = true;

private:
    std::string id_ = "f";
    transport_kind kind_;
    address address_;
    tls_peer tls_;
};

// Keeps what was sent; the test answers.
class fake_layer final : public transaction_layer {
public:
    struct sent final : client_transaction {
        message what;
        client_events events;
        bool forgotten = false;
        void cancel(std::string) override {}
        void forget() override { forgotten = true; }
        const message& request() const noexcept override { return what; }
    };
    void received(message, const flow_ptr&) override {}
    void flow_closed(const flow_ptr&) override {}
    client_transaction_ptr send(message request, flow_ptr, client_events events) override {
        auto one = std::make_shared<sent>();
        one->what = std::move(request);
        one->events = std::move(events);
        all.push_back(one);
        return one;
    }
    result<std::string> send_stateless(message, const flow_ptr&) override { return std::string(); }
    void reply_stateless(const message&, const flow_ptr&, message) override {}
    transaction_counters counters() const override { return {}; }

    std::string last() const { return all.back()->what.print(); }
    std::string_view method() const { return all.back()->what.method_name(); }
    void answer(int status, std::vector<std::pair<std::string, std::string>> headers = {}) {
        auto one = all.back();
        auto response = make_response(one->what, status);
        for (const auto& [name, value] : headers) ASSERT_TRUE(add_header(response, name, value));
        if (!one->forgotten) one->events.response(std::move(response));
    }
    std::vector<std::shared_ptr<sent>> all;
};

struct GatewayTest : ::testing::Test {
    testing::test_context core;
    std::unique_ptr<bus> events = make_bus(core.log());
    fake_layer layer;
    std::shared_ptr<fake_flow> way = std::make_shared<fake_flow>(transport_kind::udp);
    std::vector<std::string> looked_up;
    error no_flow;  // given instead of a flow when it has a text
    std::map<std::string, std::vector<boost::asio::ip::address>> hosts;
    gateway_settings settings;
    std::unique_ptr<gateway_set> set;

    GatewayTest() {
        core.use_bus = events.get();
        settings.name = "provider";
        settings.username = settings.auth_username = settings.from_user = "alice";
        settings.password = "secret";
        settings.realm = settings.from_domain = settings.proxy = settings.register_proxy =
            "sip.example.com";
    }
    void start() {
        set = make_gateways(
            core, {settings}, layer,
            [this](transport_kind kind, std::string host, std::uint16_t port,
                   std::function<void(result<flow_ptr>)> done) {
                looked_up.push_back(cat(to_string(kind), ' ', host, ' ', port));
                if (no_flow.text.empty())
                    done(flow_ptr(way));
                else
                    done(no_flow);
            },
            [this](std::string host,
                   std::function<void(result<std::vector<boost::asio::ip::address>>)> done) {
                auto known = hosts.find(host);
                if (known == hosts.end()) return done(fail(errc::not_found, "no such name"));
                done(known->second);
            },
            [](transport_kind kind) {
                return std::string(kind == transport_kind::tls ? "192.0.2.5:5061"
                                                               : "192.0.2.5:5060");
            });
        set->start();
    }
    gateway_status status() const { return set->status().front(); }
    gateway_state state() const { return status().state; }
};

const std::pair<std::string, std::string> challenge1{
    "WWW-Authenticate", "Digest realm=\"r\", nonce=\"n1\", qop=\"auth\", algorithm=MD5"};
const std::pair<std::string, std::string> challenge2{
    "WWW-Authenticate",
    "Digest realm=\"r\", nonce=\"n2\", qop=\"auth\", algorithm=MD5, stale=true"};

TEST_F(GatewayTest, RegistersAnswersTheChallengeAndRenewsInAdvance) {
    start();
    EXPECT_THAT(looked_up, ElementsAre("udp sip.example.com 5060"));
    EXPECT_EQ(state(), gateway_state::trying);
    EXPECT_THAT(layer.last(),
                AllOf(HasSubstr("REGISTER sip:sip.example.com SIP/2.0"),
                      HasSubstr("<sip:gw+provider@192.0.2.5:5060>"), HasSubstr("Expires: 3600"),
                      HasSubstr("<sip:alice@sip.example.com>"), Not(HasSubstr("Authorization"))));
    layer.answer(401, {challenge1});
    ASSERT_EQ(layer.all.size(), 2u);
    EXPECT_THAT(layer.last(), AllOf(HasSubstr("Authorization: Digest"), HasSubstr("nonce=\"n1\""),
                                    HasSubstr("nc=00000001"), HasSubstr("CSeq: 2 REGISTER")));
    EXPECT_THAT(layer.last(), Not(HasSubstr("secret")));
    layer.answer(200, {{"Contact", "<sip:other@h>;expires=9"},
                       {"Contact", "<sip:gw+provider@192.0.2.5:5060>;expires=600"}});
    EXPECT_EQ(state(), gateway_state::reged);
    core.manual.advance(seconds(569));
    EXPECT_EQ(layer.all.size(), 2u);
    core.manual.advance(seconds(1));
    ASSERT_EQ(layer.all.size(), 3u);
    EXPECT_EQ(state(), gateway_state::reged);  // a renewal is no interruption
    EXPECT_THAT(layer.last(), AllOf(HasSubstr("nonce=\"n1\""), HasSubstr("nc=00000002")));
    EXPECT_EQ(layer.all[2]->what.call_id(), layer.all[0]->what.call_id());
    layer.answer(401, {challenge2});
    EXPECT_THAT(layer.last(), AllOf(HasSubstr("nonce=\"n2\""), HasSubstr("nc=00000001")));
    layer.answer(200, {{"Expires", "40"}});
    core.manual.advance(seconds(20));
    EXPECT_EQ(layer.all.size(), 5u);
}

TEST_F(GatewayTest, AWrongPasswordIsTriedOnceAndThenPaused) {
    start();
    layer.answer(401, {challenge1});
    layer.answer(401, {challenge1});
    EXPECT_EQ(layer.all.size(), 2u);
    EXPECT_EQ(state(), gateway_state::fail_wait);
    EXPECT_THAT(status().reason, AllOf(HasSubstr("401"), HasSubstr("password")));
    core.manual.advance(seconds(30));
    EXPECT_EQ(layer.all.size(), 3u);
    // A server that gives a new nonce each time does not keep us going for ever.
    for (int i = 0; i < 10 && layer.all.size() < 20; ++i)
        layer.answer(401, {{"WWW-Authenticate", cat("Digest realm=\"r\", nonce=\"x", i, '"')}});
    EXPECT_EQ(state(), gateway_state::fail_wait);
    EXPECT_LE(layer.all.size(), 5u);
}

TEST_F(GatewayTest, PausesDoubleAndASuccessBeginsAnew) {
    start();
    std::vector<int> pauses;
    for (int i = 0; i < 4; ++i) {
        layer.answer(503);
        int waited = 0;
        for (auto before = layer.all.size(); layer.all.size() == before; ++waited)
            core.manual.advance(seconds(1));
        pauses.push_back(waited);
    }
    EXPECT_THAT(pauses, ElementsAre(30, 60, 120, 240));
    EXPECT_THAT(status().reason, HasSubstr("503"));
    layer.answer(200);
    EXPECT_EQ(state(), gateway_state::reged);
    EXPECT_EQ(status().reason, "");
    core.manual.advance(seconds(3570));
    layer.answer(500);
    auto before = layer.all.size();
    core.manual.advance(seconds(30));
    EXPECT_EQ(layer.all.size(), before + 1);
}

TEST_F(GatewayTest, TimeoutsAndMissingFlowsAreReasons) {
    start();
    layer.all.back()->events.failed(408, "no answer");
    EXPECT_EQ(state(), gateway_state::fail_wait);
    EXPECT_EQ(status().reason, "408 no answer");
    no_flow = fail(errc::unauthenticated, "certificate: it is not for sip.example.com");
    core.manual.advance(seconds(30));
    EXPECT_EQ(status().reason, "certificate: it is not for sip.example.com");
    EXPECT_TRUE(core.captured.contains("certificate: it is not for sip.example.com"));
}

TEST_F(GatewayTest, TooBriefIsAskedForLonger) {
    settings.expire_seconds = 60;
    start();
    layer.answer(423, {{"Min-Expires", "1800"}});
    EXPECT_THAT(layer.last(), HasSubstr("Expires: 1800"));
    layer.answer(423, {{"Min-Expires", "1800"}});  // it contradicts itself
    EXPECT_EQ(state(), gateway_state::fail_wait);
}

TEST_F(GatewayTest, UnregistersAtStop) {
    start();
    layer.answer(401, {challenge1});
    layer.answer(200);
    set->stop();
    ASSERT_EQ(layer.all.size(), 3u);
    EXPECT_THAT(layer.last(), AllOf(HasSubstr("Expires: 0"), HasSubstr("nc=00000002")));
    EXPECT_EQ(state(), gateway_state::unreged);
    layer.answer(401, {challenge2});
    EXPECT_THAT(layer.last(), AllOf(HasSubstr("Expires: 0"), HasSubstr("nonce=\"n2\"")));
    layer.answer(200);
    core.manual.advance(std::chrono::hours(2));
    EXPECT_EQ(layer.all.size(), 4u);
    EXPECT_EQ(core.manual.pending(), 0u);
}

TEST_F(GatewayTest, MayBeDestroyedAtAnyTime) {
    settings.ping_seconds = 10;
    start();
    auto registering = layer.all[0];
    set.reset();
    EXPECT_TRUE(registering->forgotten);
    registering->events.response(make_response(registering->what, 200));
    EXPECT_EQ(core.manual.pending(), 0u);
}

TEST_F(GatewayTest, OverTlsToItsOwnPortAndAgainWhenTheConnectionEnds) {
    settings.transport = transport_kind::tls;
    way = std::make_shared<fake_flow>(transport_kind::tls);
    start();
    EXPECT_THAT(looked_up, ElementsAre("tls sip.example.com 5061"));
    EXPECT_THAT(layer.last(), AllOf(HasSubstr("REGISTER sip:sip.example.com;transport=tls"),
                                    HasSubstr("<sip:gw+provider@192.0.2.5:5061;transport=tls>"),
                                    Not(HasSubstr("sips:"))));
    layer.answer(200);
    set->flow_closed(way);
    EXPECT_EQ(state(), gateway_state::unreged);
    core.manual.advance(seconds(1));
    EXPECT_EQ(layer.all.size(), 2u);
    layer.answer(200);
    EXPECT_EQ(state(), gateway_state::reged);
}

TEST_F(GatewayTest, ARenewalOnALostConnectionIsForgotten) {
    settings.transport = transport_kind::tcp;
    way = std::make_shared<fake_flow>(transport_kind::tcp);
    start();
    layer.answer(200);
    core.manual.advance(seconds(3570));
    ASSERT_EQ(layer.all.size(), 2u);
    set->flow_closed(std::make_shared<fake_flow>(transport_kind::tcp));  // somebody else's
    EXPECT_EQ(state(), gateway_state::reged);
    set->flow_closed(way);
    EXPECT_EQ(state(), gateway_state::unreged);
    EXPECT_EQ(status().reason, "its connection ended");
    EXPECT_TRUE(layer.all[1]->forgotten);
    core.manual.advance(seconds(1));
    EXPECT_EQ(layer.all.size(), 3u);
    EXPECT_EQ(state(), gateway_state::trying);
}

// A server that takes every registration and then drops the connection: 1 s, then 30, 60, 120.
TEST_F(GatewayTest, ConnectionsLostAgainAndAgainAreTriedLessOften) {
    settings.transport = transport_kind::tcp;
    start();
    std::vector<int> pauses;
    for (int i = 0; i < 4; ++i) {
        layer.answer(200);
        set->flow_closed(way);
        int waited = 0;
        for (auto before = layer.all.size(); layer.all.size() == before && waited < 1000; ++waited)
            core.manual.advance(seconds(1));
        pauses.push_back(waited);
    }
    EXPECT_THAT(pauses, ElementsAre(1, 30, 60, 120));
    // One that held for a while is worth another quick try.
    layer.answer(200);
    core.manual.advance(seconds(30));
    set->flow_closed(way);
    auto before = layer.all.size();
    core.manual.advance(seconds(1));
    EXPECT_EQ(layer.all.size(), before + 1);
}

TEST_F(GatewayTest, KnowsItsCallsByConnectionAndAddress) {
    settings.outbound_proxy = "edge.example.com:5070";
    auto ip = [](const char* text) { return boost::asio::ip::make_address(text); };
    hosts["sip.example.com"] = {ip("192.0.2.7"), ip("192.0.2.8")};
    hosts["edge.example.com"] = {ip("192.0.2.9")};
    start();
    auto from = [&](const char* address, std::string_view name = "provider") {
        return set->speaks_on(name, fake_flow(transport_kind::udp, address));
    };
    for (const auto* known : {"192.0.2.50", "192.0.2.7", "192.0.2.8", "192.0.2.9"})
        EXPECT_TRUE(from(known)) << known;  // the first: where its REGISTER went
    EXPECT_FALSE(from("192.0.2.10"));
    EXPECT_FALSE(from("192.0.2.7", "nobody"));
    EXPECT_TRUE(set->speaks_on("provider", *way));
    // Names move. What cannot be looked up for a while stays what it was.
    hosts["sip.example.com"] = {ip("192.0.2.10")};
    hosts.erase("edge.example.com");
    core.manual.advance(seconds(300));
    EXPECT_TRUE(from("192.0.2.10"));
    EXPECT_TRUE(from("192.0.2.9"));
    EXPECT_FALSE(from("192.0.2.7"));
}

TEST_F(GatewayTest, AnOutboundProxyIsARoute) {
    settings.outbound_proxy = "192.0.2.99:5070";
    start();
    EXPECT_THAT(looked_up, ElementsAre("udp 192.0.2.99 5070"));
    EXPECT_THAT(layer.last(), AllOf(HasSubstr("REGISTER sip:sip.example.com SIP"),
                                    HasSubstr("Route: <sip:192.0.2.99:5070;lr>")));
}

TEST_F(GatewayTest, PingsTellWhetherItIsThere) {
    settings.registers = false;
    settings.ping_seconds = 25;
    start();
    EXPECT_EQ(state(), gateway_state::noreg);
    EXPECT_EQ(layer.method(), "OPTIONS");
    layer.answer(404);  // whatever it says: it is there
    EXPECT_EQ(status().ping_state, "UP");
    core.manual.advance(seconds(25));
    layer.all.back()->events.failed(408, "no answer");
    EXPECT_EQ(status().ping_state, "DOWN");
    EXPECT_EQ(state(), gateway_state::down);
    EXPECT_EQ(status().reason, "ping: 408 no answer");
    core.manual.advance(seconds(25));
    layer.answer(200);
    EXPECT_EQ(state(), gateway_state::noreg);
    EXPECT_EQ(status().ping_state, "UP");
}

TEST_F(GatewayTest, CountsAndCredentials) {
    settings.registers = false;
    settings.auth_username = "alice-auth";
    start();
    EXPECT_TRUE(layer.all.empty());
    set->count_call("provider", true, false);
    set->count_call("provider", true, true);
    set->count_call("provider", false, false);
    set->count_call("nobody", false, false);
    EXPECT_EQ(status().calls_out, 2u);
    EXPECT_EQ(status().failed_calls_out, 1u);
    EXPECT_EQ(status().calls_in, 1u);
    EXPECT_EQ(set->credentials_of("provider").username, "alice-auth");
    EXPECT_EQ(set->credentials_of("nobody").username, "");
    EXPECT_EQ(set->find("nobody"), nullptr);
    EXPECT_EQ(set->find("provider")->username, "alice");
}

TEST_F(GatewayTest, ABadProxyIsDownWithTheReason) {
    settings.register_proxy = "host:99999";
    start();
    EXPECT_EQ(state(), gateway_state::down);
    EXPECT_THAT(status().reason, HasSubstr("host:99999"));
    EXPECT_TRUE(layer.all.empty());
}

TEST(Target, ReadsWhatOperatorsWrite) {
    auto shown = [](std::string_view text, transport_kind kind = transport_kind::udp) {
        auto got = read_target(text, kind);
        return got ? cat(got->host, ' ', got->port, ' ', got->uri) : std::string("refused");
    };
    EXPECT_EQ(shown("h.example"), "h.example 5060 sip:h.example");
    EXPECT_EQ(shown("h.example", transport_kind::tls),
              "h.example 5061 sip:h.example;transport=tls");
    EXPECT_EQ(shown("h:5070", transport_kind::tcp), "h 5070 sip:h:5070;transport=tcp");
    EXPECT_EQ(shown("sip:user@h:5070;transport=udp"), "h 5070 sip:h:5070");
    EXPECT_EQ(shown("sips:h", transport_kind::tls), "h 5061 sip:h;transport=tls");
    EXPECT_EQ(shown("[2001:db8::1]:5080"), "2001:db8::1 5080 sip:[2001:db8::1]:5080");
    for (const auto* text : {"", "sip:", "h:", "h:x", "h:0", "[::1", "[::1]x", "a b", "h:5060x"})
        EXPECT_EQ(shown(text), "refused") << text;
}

TEST(Registration, PausesAndRenewals) {
    EXPECT_EQ(pause_after(1, 30), seconds(30));
    EXPECT_EQ(pause_after(6, 30), seconds(960));
    EXPECT_EQ(pause_after(1000, 30), seconds(960));
    EXPECT_EQ(pause_after(9, 600), seconds(3600));
    EXPECT_EQ(pause_after(9, 7200), seconds(7200));
    EXPECT_EQ(renew_after(3600), seconds(3570));
    EXPECT_EQ(renew_after(60), seconds(30));
    EXPECT_EQ(renew_after(1), seconds(1));
}

}  // namespace
}  // namespace strowger::sofia
