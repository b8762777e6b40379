#include <strowger/registration_store.hpp>
#include <strowger/testing/test_core.hpp>

#include <gtest/gtest.h>

using namespace strowger;
using strowger::testing::test_core;

namespace {

class mod_memstore : public ::testing::Test {
protected:
    mod_memstore() { EXPECT_EQ(pbx.load("mod_memstore"), ""); }

    lease<registration_store> store() {
        return pbx.names().find<registration_store>("registration_store/1");
    }
    void apply(std::vector<binding> put, std::vector<std::string> remove = {}) {
        int told = 0;
        store()->apply({"1001", "example.org", std::move(put), std::move(remove)},
                       [&](result<void> outcome) { told += outcome ? 1 : 100; });
        EXPECT_EQ(told, 0);  // never from within the call
        pbx.turn();
        EXPECT_EQ(told, 1);
    }
    binding at(std::string contact, seconds lasting) {
        binding out;
        out.contact = std::move(contact);
        out.expires = pbx.time.wall() + lasting;
        return out;
    }
    std::string contacts() {
        std::string text;
        for (const auto* each : store()->find("1001", "example.org")) text += each->contact + " ";
        return text;
    }
    test_core pbx;
};

}  // namespace

TEST_F(mod_memstore, keeps_replaces_and_removes) {
    EXPECT_EQ(contacts(), "");
    apply({at("sip:a", seconds(60)), at("sip:b", seconds(60))});
    EXPECT_EQ(contacts(), "sip:a sip:b ");
    EXPECT_EQ(store()->find("1001", "example.org").front()->user, "1001");
    apply({at("sip:a", seconds(120))}, {"sip:b", "sip:unknown"});
    EXPECT_EQ(contacts(), "sip:a ");
    EXPECT_EQ(store()->size(), 1U);
    EXPECT_TRUE(store()->find("1001", "example.com").empty());
    EXPECT_TRUE(store()->find("1002", "example.org").empty());
}

TEST_F(mod_memstore, changes_nothing_before_it_says_so) {
    store()->apply({"1001", "example.org", {at("sip:a", seconds(60))}, {}}, [](result<void>) {});
    EXPECT_EQ(contacts(), "");
    pbx.turn();
    EXPECT_EQ(contacts(), "sip:a ");
}

TEST_F(mod_memstore, forgets_what_has_expired) {
    apply({at("sip:short", seconds(60)), at("sip:long", seconds(3600))});
    pbx.pass(seconds(59));
    EXPECT_EQ(contacts(), "sip:short sip:long ");
    pbx.pass(seconds(1));
    EXPECT_EQ(contacts(), "sip:long ");
    EXPECT_EQ(store()->size(), 1U);
    int seen = 0;
    store()->each([&](const binding&) { ++seen; });
    EXPECT_EQ(seen, 1);
    pbx.pass(seconds(120));  // swept, and still right
    EXPECT_EQ(contacts(), "sip:long ");
}

TEST_F(mod_memstore, a_step_of_the_wall_clock_expires_nothing) {
    apply({at("sip:a", seconds(60))});
    pbx.time.step_wall(std::chrono::hours(24));
    EXPECT_EQ(contacts(), "sip:a ");
    EXPECT_EQ(store()->find("1001", "example.org").front()->expires, pbx.time.wall() + seconds(60));
    pbx.time.step_wall(-std::chrono::hours(48));
    pbx.pass(seconds(60));
    EXPECT_EQ(contacts(), "");
}

TEST_F(mod_memstore, is_unloaded_with_what_waits) {
    int told = 0;
    store()->apply({"1001", "example.org", {at("sip:a", seconds(60))}, {}},
                   [&](result<void>) { ++told; });
    EXPECT_EQ(pbx.unload("mod_memstore"), "");
    EXPECT_EQ(told, 1);
    EXPECT_FALSE(pbx.mapped("mod_memstore"));
}
