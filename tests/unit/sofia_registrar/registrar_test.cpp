#include "registrar/registrar.hpp"
#include "bus/make.hpp"
#include "fakes.hpp"
#include "registrar/facts.hpp"
#include "registrar/store_gap.hpp"
#include "test_context.hpp"

#include <strowger/text.hpp>

#include <gmock/gmock.h>

namespace strowger::sofia {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct RegistrarTest : ::testing::Test {
    testing::test_context core;
    std::unique_ptr<bus> events = make_bus(core.log());
    std::unique_ptr<registry_table> names = make_registry_table();
    use_counter counter;
    std::unique_ptr<registry> names_of_test = names->for_module("mod_test", counter);
    fake_directory users;
    fake_configuration config;
    fake_store store{core.manual};
    token provided;
    fake_transport transports;
    std::shared_ptr<fake_flow> udp =
        std::make_shared<fake_flow>("u1", transport_kind::udp, "192.0.2.1:5062");
    std::shared_ptr<fake_flow> tls =
        std::make_shared<fake_flow>("t1", transport_kind::tls, "192.0.2.1:40001");
    registrar_settings settings;
    std::unique_ptr<registrar> reg;
    std::shared_ptr<directory_user> user = users.add("1000", "example.com");
    unsigned cseq = 0;

    RegistrarTest() {
        core.use_bus = events.get();
        core.use_registry = names_of_test.get();
        core.use_directory = &users;
        core.use_config = &config;
        give_store();
        transports.live = {udp, tls};
        settings.profile = "internal";
        reg = make_registrar(core, settings, transports);
    }

    void give_store() {
        provided =
            std::move(*names_of_test->provide<registration_store>("registration_store/1", store));
    }
    std::shared_ptr<fake_transaction> send(std::string_view headers, flow_ptr over = nullptr,
                                           std::string_view call_id = "call-1",
                                           unsigned number = 0) {
        auto text =
            cat("REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
                "Max-Forwards: 70\r\nFrom: <sip:1000@example.com>;tag=f\r\nTo: "
                "<sip:1000@example.com>\r\nCall-ID: ",
                call_id, "\r\nCSeq: ", number ? number : ++cseq, " REGISTER\r\n", headers,
                "Content-Length: 0\r\n\r\n");
        auto what =
            std::make_shared<fake_transaction>(std::move(*message::parse(text)), over ? over : udp);
        reg->handle(what, user);
        return what;
    }
    // Sends and commits; gives the status.
    int registered(std::string_view headers, flow_ptr over = nullptr,
                   std::string_view call_id = "call-1", unsigned number = 0) {
        auto what = send(headers, std::move(over), call_id, number);
        if (!what->answered() && !store.pending.empty()) store.commit();
        return what->status();
    }
    static std::vector<std::string> contacts(const fake_transaction& of) {
        std::vector<std::string> out;
        std::string text = of.answer.print();
        for (std::size_t at = 0; (at = text.find("Contact: ", at)) != text.npos;) {
            at += 9;
            out.push_back(text.substr(at, text.find("\r\n", at) - at));
        }
        return out;
    }
    std::vector<std::string> bound() const {
        std::vector<std::string> out;
        for (const auto& one : store.all) out.push_back(one.contact);
        return out;
    }
};

TEST_F(RegistrarTest, Answers200AfterTheCommitWithAllBindings) {
    auto first = send("Contact: <sip:1000@192.0.2.1:5062>;expires=120\r\nUser-Agent: Phone\r\n");
    EXPECT_FALSE(first->answered());
    store.commit();
    EXPECT_EQ(first->status(), 200);
    EXPECT_THAT(contacts(*first), ElementsAre("<sip:1000@192.0.2.1:5062>;expires=120"));
    core.manual.advance(seconds(20));
    auto second = send(
        "Contact: <sip:1000@192.0.2.9>;q=0.5;+sip.instance=\"<urn:uuid:1>\";reg-id=1\r\n"
        "Expires: 3600\r\n",
        tls, "call-2");
    store.commit();
    EXPECT_THAT(contacts(*second),
                ElementsAre("<sip:1000@192.0.2.1:5062>;expires=100",
                            "<sip:1000@192.0.2.9>;expires=3600;q=0.500;+sip.instance=\"<urn:uuid:"
                            "1>\";reg-id=1"));
    const auto& stored = store.all.back();
    EXPECT_EQ(stored.transport, "tls");
    EXPECT_EQ(stored.flow, "t1");
    EXPECT_EQ(stored.node, "test-node");
    EXPECT_EQ(stored.source, "192.0.2.1:40001");
    EXPECT_EQ(stored.call_id, "call-2");
    EXPECT_EQ(stored.profile, "internal");
    EXPECT_EQ(stored.authenticated_as, "1000");
    EXPECT_EQ(store.all.front().user_agent, "Phone");
}

TEST_F(RegistrarTest, AQueryChangesNothing) {
    registered("Contact: <sip:1000@192.0.2.1>\r\n");
    auto query = send("");
    EXPECT_EQ(query->status(), 200);
    EXPECT_THAT(contacts(*query), ElementsAre("<sip:1000@192.0.2.1>;expires=3600"));
    EXPECT_TRUE(store.pending.empty());
}

TEST_F(RegistrarTest, ExpiryComesFromParamThenHeaderThenDefault) {
    registered("Contact: <sip:a@h1>;expires=100, <sip:a@h2>\r\nExpires: 200\r\n");
    registered("Contact: <sip:a@h3>\r\n");
    registered("Contact: <sip:a@h4>;expires=999999\r\n");
    registered("Contact: <sip:a@h5>;expires=99999999999999\r\n");
    auto now = core.manual.wall();
    ASSERT_EQ(store.all.size(), 5u);
    EXPECT_EQ(store.all[0].expires, now + seconds(100));
    EXPECT_EQ(store.all[1].expires, now + seconds(200));
    EXPECT_EQ(store.all[2].expires, now + seconds(3600));
    EXPECT_EQ(store.all[3].expires, now + seconds(3600));  // the most we grant
    EXPECT_EQ(store.all[4].expires, now + seconds(3600));
}

TEST_F(RegistrarTest, TooBriefIs423AndChangesNothing) {
    auto what = send("Contact: <sip:a@h1>;expires=600, <sip:a@h2>;expires=59\r\n");
    EXPECT_EQ(what->status(), 423);
    EXPECT_THAT(what->answer.print(), HasSubstr("Min-Expires: 60\r\n"));
    EXPECT_TRUE(store.pending.empty());
    EXPECT_EQ(registered("Contact: <sip:a@h1>;expires=60\r\n"), 200);
}

TEST_F(RegistrarTest, RemovesByExpiresZeroAndByStar) {
    registered("Contact: <sip:a@h1>, <sip:a@h2>, <sip:a@h3>\r\n");
    EXPECT_EQ(registered("Contact: <sip:a@h2>;expires=0\r\n"), 200);
    EXPECT_THAT(bound(), ElementsAre("sip:a@h1", "sip:a@h3"));
    EXPECT_EQ(registered("Contact: *\r\n"), 400);
    EXPECT_EQ(registered("Contact: *\r\nExpires: 60\r\n"), 400);
    EXPECT_EQ(registered("Contact: *, <sip:a@h1>\r\nExpires: 0\r\n"), 400);
    EXPECT_EQ(bound().size(), 2u);
    auto last = send("Contact: *\r\nExpires: 0\r\n");
    store.commit();
    EXPECT_EQ(last->status(), 200);
    EXPECT_TRUE(contacts(*last).empty());
    EXPECT_TRUE(bound().empty());
}

TEST_F(RegistrarTest, WithinACallIdOnlyAHigherCseqCounts) {
    EXPECT_EQ(registered("Contact: <sip:a@h1>\r\n", udp, "x", 10), 200);
    EXPECT_EQ(registered("Contact: <sip:a@h1>;expires=0\r\n", udp, "x", 10), 500);
    EXPECT_EQ(registered("Contact: <sip:a@h1>, <sip:a@h2>\r\n", udp, "x", 9), 500);
    EXPECT_EQ(registered("Contact: *\r\nExpires: 0\r\n", udp, "x", 10), 500);
    EXPECT_THAT(bound(), ElementsAre("sip:a@h1"));  // all or nothing
    EXPECT_EQ(registered("Contact: <sip:a@h1>;expires=0\r\n", udp, "y", 1), 200);
    EXPECT_TRUE(bound().empty());
}

TEST_F(RegistrarTest, TheSameContactSpeltOtherwiseReplaces) {
    registered("Contact: <sip:a@Host.Example:5060;transport=tcp>\r\n");
    registered("Contact: <sip:a@host.example:5060;transport=TCP>\r\n");
    EXPECT_THAT(bound(), ElementsAre("sip:a@host.example:5060;transport=TCP"));
    registered("Contact: <sip:a@host.example:5060;transport=tls>\r\n");
    EXPECT_EQ(bound().size(), 2u);
    registered("Contact: <sip:A@host.example:5060;transport=tls>\r\n");  // users have case
    EXPECT_EQ(bound().size(), 3u);
}

TEST_F(RegistrarTest, TheSameInstanceReplacesItsOldContact) {
    auto phone = [](std::string_view port) {
        return cat("Contact: <sip:a@192.0.2.1:", port,
                   ">;+sip.instance=\"<urn:uuid:1>\";reg-id=1\r\n");
    };
    registered(phone("1111"));
    registered(phone("2222"), tls, "after-reboot", 1);
    EXPECT_THAT(bound(), ElementsAre("sip:a@192.0.2.1:2222"));
}

TEST_F(RegistrarTest, WhenFullTheUnreachableGoFirstThenTheOldest) {
    settings.max_contacts = 2;
    reg = make_registrar(core, settings, transports);
    registered("Contact: <sip:a@h1>;expires=100\r\n", udp);
    registered("Contact: <sip:a@h2>;expires=200\r\n", tls);
    transports.live = {udp};
    registered("Contact: <sip:a@h3>;expires=300\r\n", udp);
    EXPECT_THAT(bound(), ElementsAre("sip:a@h1", "sip:a@h3"));
    registered("Contact: <sip:a@h4>;expires=300\r\n", udp);
    EXPECT_THAT(bound(), ElementsAre("sip:a@h3", "sip:a@h4"));
    EXPECT_EQ(registered("Contact: <sip:a@h5>, <sip:a@h6>, <sip:a@h7>\r\n"), 403);
}

TEST_F(RegistrarTest, ANewerRequestWaitsBehindAPendingCommit) {
    auto first = send("Contact: <sip:a@h1>\r\n");
    auto second = send("Contact: <sip:a@h1>;expires=0\r\n");
    auto query = send("");
    ASSERT_EQ(store.pending.size(), 1u);
    EXPECT_FALSE(query->answered());
    store.commit();
    EXPECT_EQ(first->status(), 200);
    EXPECT_EQ(contacts(*first).size(), 1u);
    ASSERT_EQ(store.pending.size(), 1u);
    EXPECT_FALSE(second->answered());
    store.commit();
    EXPECT_EQ(second->status(), 200);
    EXPECT_EQ(query->status(), 200);
    EXPECT_TRUE(contacts(*query).empty());
    std::vector<std::shared_ptr<fake_transaction>> crowd;
    for (int i = 0; i < 20; ++i) crowd.push_back(send("Contact: <sip:a@h1>\r\n"));
    EXPECT_EQ(crowd.back()->status(), 503);
    EXPECT_THAT(crowd.back()->answer.print(), HasSubstr("Retry-After: "));
    EXPECT_FALSE(crowd[16]->answered());
}

TEST_F(RegistrarTest, AFailedCommitIs500WithRetryAfter) {
    auto what = send("Contact: <sip:a@h1>\r\n");
    store.commit(fail(errc::timed_out, std::string("slow")));
    EXPECT_EQ(what->status(), 500);
    EXPECT_THAT(what->answer.print(), HasSubstr("Retry-After: "));
    EXPECT_EQ(registered("Contact: <sip:a@h1>\r\n"), 200);
}

TEST_F(RegistrarTest, WhileTheStoreIsAwayRequestsWaitForItInOrder) {
    auto before = send("Contact: <sip:a@h1>\r\n");  // its commit is under way
    provided.reset();
    auto behind = send("Contact: <sip:a@h2>\r\n");
    store.commit();
    EXPECT_EQ(before->status(), 200);
    auto query = send("");
    core.manual.advance(seconds(2));
    EXPECT_FALSE(behind->answered());
    EXPECT_FALSE(query->answered());
    give_store();
    core.manual.advance(store_gap::pause);
    ASSERT_EQ(store.pending.size(), 1u);
    EXPECT_FALSE(query->answered());
    store.commit();
    EXPECT_THAT(contacts(*behind),
                ElementsAre("<sip:a@h1>;expires=3598", "<sip:a@h2>;expires=3600"));
    EXPECT_EQ(contacts(*query).size(), 2u);
}

TEST_F(RegistrarTest, WhoComesWhenTheStoreIsBackDoesNotOvertakeThoseWhoWaited) {
    provided.reset();
    auto waited = send("Contact: <sip:a@h1>\r\n");
    give_store();
    auto later = send("Contact: <sip:a@h1>;expires=0\r\n");
    store.commit();
    EXPECT_EQ(contacts(*waited).size(), 1u);
    store.commit();
    EXPECT_EQ(later->status(), 200);
    EXPECT_THAT(bound(), ElementsAre());
}

TEST_F(RegistrarTest, AStoreThatStaysAwayIs503AndIsNotWaitedForAgain) {
    provided.reset();
    auto first = send("Contact: <sip:a@h1>\r\n");
    core.manual.advance(seconds(3));
    auto second = send("Contact: <sip:a@h2>\r\n");
    EXPECT_FALSE(first->answered());
    core.manual.advance(seconds(1));
    for (const auto& each : {first, second, send("Contact: <sip:a@h3>\r\n")}) {
        EXPECT_EQ(each->status(), 503);
        EXPECT_THAT(each->answer.print(), HasSubstr("Retry-After: "));
    }
    // Back, and away once more: that is waited for.
    give_store();
    EXPECT_EQ(registered("Contact: <sip:a@h1>\r\n"), 200);
    provided.reset();
    EXPECT_FALSE(send("Contact: <sip:a@h1>\r\n")->answered());
}

TEST_F(RegistrarTest, SoManyWaitForTheStoreAndTheNextIs503) {
    provided.reset();
    std::vector<std::shared_ptr<fake_transaction>> crowd;
    for (std::size_t i = 0; i < store_gap::most; ++i) crowd.push_back(send(""));
    EXPECT_EQ(send("")->status(), 503);
    give_store();
    core.manual.advance(store_gap::pause);
    for (const auto& each : crowd) ASSERT_EQ(each->status(), 200);
}

TEST_F(RegistrarTest, WhoWaitsForTheStoreIsForgottenAtTheEnd) {
    provided.reset();
    auto what = send("");
    reg.reset();
    core.manual.advance(seconds(10));
    EXPECT_FALSE(what->answered());  // the phone asks again
}

TEST_F(RegistrarTest, StrangersAndForbiddenUsers) {
    user->params.set("sip-forbid-register", "true");
    EXPECT_EQ(registered("Contact: <sip:a@h1>\r\n"), 403);
    user = users.add("other", "example.org");  // To names nobody of that domain
    EXPECT_EQ(registered("Contact: <sip:a@h1>\r\n"), 404);
}

TEST_F(RegistrarTest, ANumberAliasRegistersItsUser) {
    user = users.add("alice", "example.org");
    user->number_alias = "1000";
    EXPECT_EQ(registered("Contact: <sip:a@h1>\r\n"), 200);
    EXPECT_EQ(store.all[0].user, "alice");
    EXPECT_EQ(store.all[0].domain, "example.org");
}

TEST_F(RegistrarTest, BadContactsAre400) {
    for (const auto* headers : {"Contact: <tel:+4912345>\r\n", "Contact: <http://x/>\r\n"})
        EXPECT_EQ(registered(headers), 400) << headers;
    EXPECT_TRUE(store.all.empty());
}

TEST_F(RegistrarTest, PathIsStoredAndShownToThoseWhoKnowIt) {
    auto what = send(
        "Contact: <sip:a@h1>\r\nPath: <sip:p1.example.com;lr>\r\nPath: <sip:p2.example.com;lr>\r\n"
        "Supported: path\r\n");
    store.commit();
    EXPECT_EQ(store.all[0].path, "<sip:p1.example.com;lr>, <sip:p2.example.com;lr>");
    EXPECT_THAT(what->answer.print(), HasSubstr("p2.example.com;lr>"));
    auto unaware = send("Contact: <sip:a@h1>\r\nPath: <sip:p1.example.com;lr>\r\n");
    store.commit();
    EXPECT_THAT(unaware->answer.print(), Not(HasSubstr("Path:")));
}

TEST_F(RegistrarTest, FactsTellWhatHappened) {
    std::vector<std::string> heard;
    struct reader final : field_sink {
        std::map<std::string, std::string> all;
        void field(std::string_view name, std::string_view value) override {
            all[std::string(name)] = value;
        }
    };
    auto all = events->subscribe_named("", [&](const fact_view& fact) {
        reader in;
        fact.fields(in);
        EXPECT_EQ(in.all["Event-Subclass"], fact.name());
        EXPECT_EQ(in.all["profile-name"], "internal");
        heard.push_back(cat(fact.name(), ' ', in.all["contact"], ' ', in.all["expires"], ' ',
                            in.all["network-ip"], ' ', in.all["status"]));
    });
    registered("Contact: <sip:a@h1>;expires=60\r\n", tls);
    registered("Contact: <sip:a@h2>;expires=60\r\n", udp);
    registered("Contact: <sip:a@h1>;expires=0\r\n", udp);
    core.manual.advance(seconds(30));
    registered("Contact: <sip:a@h2>;expires=60\r\n", udp);
    heard.clear();
    core.manual.advance(seconds(59));
    EXPECT_THAT(heard, ElementsAre());
    core.manual.advance(seconds(1));
    EXPECT_THAT(heard, ElementsAre("sofia::expire sip:a@h2 0 192.0.2.1 Registered(UDP)"));
    heard.clear();
    registered("Contact: <sip:a@h1>;expires=60\r\n", tls);
    registered("Contact: <sip:a@h1>;expires=0\r\n", udp);
    EXPECT_THAT(heard, ElementsAre("sofia::register sip:a@h1 60 192.0.2.1 Registered(TLS)",
                                   "sofia::unregister sip:a@h1 0 192.0.2.1 Registered(TLS)"));
}

TEST_F(RegistrarTest, OutcomesAfterItsEndAreToldToNobody) {
    auto what = send("Contact: <sip:a@h1>\r\n");
    reg.reset();
    store.commit();
    EXPECT_FALSE(what->answered());
}

TEST_F(RegistrarTest, ListsItsOwnProfileOnly) {
    registered("Contact: <sip:a@h1>\r\n");
    auto other = store.all[0];
    other.profile = "external";
    store.all.push_back(other);
    EXPECT_EQ(reg->bindings().size(), 1u);
}

// sip-force-expires: what the phone asks for does not matter, unless it asks for the end.
TEST_F(RegistrarTest, AForcedExpiryReplacesWhatWasAsked) {
    settings.forced_expires = 45;
    reg = make_registrar(core, settings, transports);
    EXPECT_EQ(registered("Contact: <sip:a@h1>;expires=3600\r\n"), 200);
    EXPECT_EQ(registered("Contact: <sip:a@h2>;expires=10\r\n"), 200);  // no 423
    EXPECT_EQ(registered("Contact: <sip:a@h3>\r\n"), 200);
    EXPECT_EQ(registered("Contact: <sip:a@h4>\r\nExpires: 60\r\n"), 200);
    ASSERT_EQ(store.all.size(), 4u);
    for (const auto& each : store.all)
        EXPECT_EQ(each.expires, core.manual.wall() + seconds(45)) << each.contact;
    EXPECT_EQ(registered("Contact: <sip:a@h1>;expires=0\r\n"), 200);
    EXPECT_THAT(bound(), ElementsAre("sip:a@h2", "sip:a@h3", "sip:a@h4"));
    EXPECT_EQ(registered("Contact: *\r\nExpires: 0\r\n"), 200);
    EXPECT_TRUE(store.all.empty());
    // More than the most that is granted otherwise.
    settings.forced_expires = 86400;
    reg = make_registrar(core, settings, transports);
    auto what = send("Contact: <sip:a@h1>;expires=60\r\n");
    store.commit();
    EXPECT_THAT(contacts(*what), ElementsAre("<sip:a@h1>;expires=86400"));
}

}  // namespace
}  // namespace strowger::sofia
