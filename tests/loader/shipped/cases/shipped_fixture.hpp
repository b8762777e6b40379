// A core with the shipped configuration, on a loopback address of its own, with certificates.
#pragma once

#include <strowger/testing/fake_leg.hpp>
#include "certificates.hpp"
#include "core_fixture.hpp"

#include <strowger/calls.hpp>
#include <strowger/text.hpp>

#include <pthread.h>

#include <chrono>
#include <future>

namespace strowger::testing {

// Nobody else's in this machine: the standard ports can be used on it.
inline std::string own_loopback() {
    auto id = static_cast<unsigned>(::getpid());
    return cat("127.", 100 + id % 100, '.', id / 100 % 250, ".7");
}

class shipped : public core_fixture {
protected:
    shipped() : core_fixture([](core_options& options) { prepare(options); }) {}

    static void prepare(core_options& options) {
        namespace fs = std::filesystem;
        auto& at = options.at;
        fs::copy(STROWGER_SOURCE_DIR "/conf", at.conf,
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        std::ofstream(at.conf + "/private.xml")
            << "<include><X-PRE-PROCESS cmd=\"set\" data=\"default_password=of-this-test\"/>"
               "</include>";
        at.certs = at.base + "/certs";
        at.db = at.base + "/db";
        at.mod = TEST_MODULES;
        for (const auto& each : {at.certs, at.db}) fs::create_directories(each);
        auto address = own_loopback();
        auto ca = make_certificate({.common_name = "Test CA", .authority = true});
        auto own =
            make_certificate({.common_name = address, .alternative_names = "IP:" + address}, &ca);
        std::ofstream(at.certs + "/agent.pem") << own.key_pem() << own.certificate_pem();
        std::ofstream(at.certs + "/cafile.pem") << ca.certificate_pem();
        options.overrides = {{"local_ip_v4", address}, {"domain", address}};
    }

    // Loads, uses, unloads: a hundred times, and nothing of it may stay.
    void hundred_rounds(const std::string& name, const std::function<void()>& use) {
        for (int i = 0; i < 100; ++i) {
            SCOPED_TRACE(cat(name, ", round ", i));
            auto before = pbx->names().names().size();
            auto up = load(name);
            ASSERT_TRUE(up.has_value()) << up.error().text;
            ASSERT_TRUE(mapped(name));
            ASSERT_GT(pbx->names().names().size(), before);
            use();
            if (HasFatalFailure()) return;
            auto down = unload(name, milliseconds(5000));
            ASSERT_TRUE(down.has_value()) << down.error().text;
            ASSERT_FALSE(mapped(name)) << process_map();
            ASSERT_EQ(copies(), 0U);
            ASSERT_EQ(pbx->names().names().size(), before);
            ASSERT_TRUE(pbx->modules().list().empty());
            // libsofia-sip-ua would delete it: see sofia_library.hpp.
            ASSERT_EQ(::pthread_setspecific(0, ::pthread_getspecific(0)), 0)
                << "a thread-specific key of somebody else's is gone";
        }
        EXPECT_FALSE(log.contains("left mapped"));
    }

    // Runs a client that blocks, on a thread of its own, while the control loop turns.
    template <class Client>
    auto beside(Client client) {
        auto answer = std::async(std::launch::async, std::move(client));
        EXPECT_TRUE(run_until(
            [&] { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
        return answer.get();
    }

    // A call from a test's leg; it runs as the dialplan says.
    struct call {
        leg_record leg = std::make_shared<leg_state>();
        channel_ptr who;
    };
    call comes_in(std::string number, std::string context) {
        call made;
        incoming_call in;
        in.signalling = owned<strowger::leg>(strowger::use(&uses_),
                                             std::make_unique<fake_leg>(pbx->loop(), made.leg));
        in.caller.destination_number = std::move(number);
        in.caller.context = std::move(context);
        in.caller.chan_name = "test/shipped";
        in.sdp = "offer";
        auto taken = pbx->calls().incoming(std::move(in));
        EXPECT_TRUE(taken.has_value());
        if (taken) made.who = *taken;
        return made;
    }
    bool all_ended() {
        return run_until([this] { return pbx->calls().size() == 0; });
    }

    use_counter uses_;
};

}  // namespace strowger::testing
