// Gateways inside a profile: their connection, and whose calls are theirs.
#include "fake_flow.hpp"
#include "pbx.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <gmock/gmock.h>

using namespace strowger;
using namespace strowger::sofia;
using namespace strowger::sofia::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

using tcp = boost::asio::ip::tcp;

gateway_settings provider(std::string proxy) {
    gateway_settings out;
    out.name = "provider";
    out.profile = "external";
    out.username = out.auth_username = out.from_user = "alice";
    out.realm = out.from_domain = "example.com";
    out.proxy = out.register_proxy = std::move(proxy);
    out.context = "trunk";
    return out;
}

// A registrar that takes every registration over TCP.
class registrar_on_tcp {
public:
    explicit registrar_on_tcp(pbx& of)
        : pbx_(of), listener_(of.core.loop, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
        listener_.non_blocking(true);
    }
    std::uint16_t port() const { return listener_.local_endpoint().port(); }
    // A connection, and a REGISTER that came on it; false: none came.
    bool registers() {
        client_ = tcp::socket(pbx_.core.loop);
        bool connected = pbx_.until([&] {
            boost::system::error_code none;
            listener_.accept(client_, none);
            return !none;
        });
        if (!connected) return false;
        client_.non_blocking(true);
        std::string heard;
        bool whole = pbx_.until([&] {
            char bytes[4096];
            boost::system::error_code none;
            auto size = client_.read_some(boost::asio::buffer(bytes), none);
            if (!none) heard.append(bytes, size);
            return heard.find("\r\n\r\n") != heard.npos;
        });
        if (!whole || !heard.starts_with("REGISTER ")) return false;
        auto answer = make_response(*message::parse(heard), 200).print();
        boost::system::error_code failed;
        boost::asio::write(client_, boost::asio::buffer(answer), failed);
        return !failed;
    }
    void drop() { client_.close(); }

private:
    pbx& pbx_;
    tcp::acceptor listener_;
    tcp::socket client_{pbx_.core.loop};
};

TEST(gateway_of_a_profile, is_not_registered_once_its_connection_is_gone) {
    pbx p;
    registrar_on_tcp server(p);
    auto settings = p.settings("external");
    settings.gateways = {provider(cat("127.0.0.1:", server.port()))};
    settings.gateways[0].transport = transport_kind::tcp;
    p.start({std::move(settings)});
    auto state = [&] { return p.profiles->find("external")->gateways().at(0).state; };
    ASSERT_TRUE(server.registers());
    ASSERT_TRUE(p.until([&] { return state() == gateway_state::reged; }));
    server.drop();
    EXPECT_TRUE(p.until([&] { return state() == gateway_state::unreged; }));
    p.core.manual.advance(std::chrono::seconds(1));
    EXPECT_TRUE(server.registers());
    EXPECT_TRUE(p.until([&] { return state() == gateway_state::reged; }));
}

// Anybody can call "gw+provider"; only from the provider's address it is the provider's call.
struct calls_for_a_gateway : ::testing::Test {
    pbx p;
    std::string asked(std::string proxy, bool known) {
        auto settings = p.settings("external");
        settings.gateways = {provider(std::move(proxy))};
        settings.gateways[0].registers = false;
        settings.gateways[0].inbound_vars.set("from_trunk", "true");
        p.start({std::move(settings)});
        // A name is looked up first.
        auto* gateways = p.profiles->find("external")->gateways_or_null();
        fake_flow ours(transport_kind::udp, "127.0.0.1", 5060);
        if (known) {
            EXPECT_TRUE(p.until([&] { return gateways->speaks_on("provider", ours); }));
        }
        phone caller(p);
        auto invite = caller.request("INVITE", 1, {}, {}, "offer");
        invite.replace(invite.find("sip:1001@"), 9, "sip:gw+provider@");
        caller.send(invite);
        EXPECT_THAT(caller.receive(), StartsWith("SIP/2.0 100"));
        EXPECT_THAT(caller.receive(), StartsWith("SIP/2.0 404"));
        return p.plan.asked.empty() ? "nothing" : p.plan.asked.front();
    }
    std::uint64_t counted() { return p.profiles->find("external")->gateways().at(0).calls_in; }
};

TEST_F(calls_for_a_gateway, from_its_address_are_its_own) {
    EXPECT_EQ(asked("127.0.0.1:5099", true), "trunk/gw+provider");
    EXPECT_EQ(counted(), 1u);
}

TEST_F(calls_for_a_gateway, from_its_name_too) {
    EXPECT_EQ(asked("localhost:5099", true), "trunk/gw+provider");
}

TEST_F(calls_for_a_gateway, from_anywhere_else_are_anybodys) {
    EXPECT_EQ(asked("192.0.2.1", false), "public/gw+provider");
    EXPECT_EQ(counted(), 0u);
    bool told = false;
    for (const auto& each : p.core.captured.records())
        told = told ||
               (each.level == log_level::notice &&
                each.text.find("a call for gateway provider from 127.0.0.1:") != std::string::npos);
    EXPECT_TRUE(told);
}

}  // namespace
