// An engine with two media threads and two phones, for tests of whole sessions.
#pragma once

#include "phone.hpp"
#include "session/engine.hpp"

#include "protection.hpp"

#include <bus/make.hpp>
#include <runtime/media_loop.hpp>
#include <test_context.hpp>

#include <gtest/gtest.h>

namespace strowger::rtp::testing {

using namespace std::chrono_literals;

struct heard final : media_events {
    void on_digit(char digit, std::chrono::milliseconds) override { digits += digit; }
    void on_media_timeout() override { ++timeouts; }
    std::string digits;
    int timeouts = 0;
};

struct sessions : ::testing::Test {
    strowger::testing::test_context ctx{"mod_rtp"};
    std::unique_ptr<registry_table> table = make_registry_table();
    use_counter uses;
    std::unique_ptr<registry> names = table->for_module("test", uses);
    std::unique_ptr<media_loop> first = make_media_loop(ctx.executor(), "media-0");
    std::unique_ptr<media_loop> second = make_media_loop(ctx.executor(), "media-1");
    std::unique_ptr<media_protection> protection;
    token provided;
    std::unique_ptr<engine> media;
    heard at_a, at_b;
    phone a, b;

    sessions() {
        ctx.use_registry = names.get();
        ctx.use_media = {first.get()};
        media = make_engine(ctx);
    }
    ~sessions() override {
        EXPECT_TRUE(ctx.run_until([&] { return media->ports_in_use() == 0; }));
        media->stop();
        media.reset();
        ctx.poll();
    }
    void load_srtp() {
        protection = srtp::make_protection().value();
        provided = names->provide<media_protection>("media_protection/1", *protection).value();
    }
    leg_facts facts(direction way) {
        leg_facts made;
        made.way = way;
        made.transport = "udp";
        made.remote_address = "127.0.0.1:5060";
        made.media_ip = "127.0.0.1";
        return made;
    }
    std::unique_ptr<media_session> make(direction way, const char* mode = nullptr,
                                        media_session* near = nullptr) {
        variables vars;
        if (mode) vars.set("rtp_secure_media", mode);
        return media->create(facts(way), vars, near).value();
    }
    // A phone that calls, answered.
    std::unique_ptr<media_session> answered(phone& who, const std::string& sdp) {
        auto made = make(direction::inbound);
        EXPECT_TRUE(made->set_remote(sdp, "", sdp_kind::offer));
        who.call(made->create_answer().value());
        return made;
    }
    // A phone that is called.
    std::unique_ptr<media_session> called(phone& who, const std::string& sdp, media_session* near) {
        auto made = make(direction::outbound, nullptr, near);
        who.call(made->create_offer().value());
        EXPECT_TRUE(made->set_remote(sdp, "tag", sdp_kind::final_answer));
        return made;
    }
    // What was posted to the media threads has happened.
    void settle() {
        for (auto* loop : {first.get(), second.get()}) {
            auto done = std::make_shared<std::atomic<bool>>(false);
            loop->post([done] { done->store(true); });
            EXPECT_TRUE(ctx.run_until([&] { return done->load(); }));
        }
    }
    bool wait_for(const std::function<bool()>& met) { return ctx.run_until(met, 5s); }
};

// What a phone with SDES does.
struct srtp_sessions : sessions {
    srtp_sessions() {
        load_srtp();
        keys = protection->create({}).value();
    }
    std::unique_ptr<stream_keying> keys;
    std::optional<stream_protection> crypto;

    static std::string lines(const std::vector<sdp_attribute>& attributes) {
        std::string out;
        for (const auto& each : attributes) out += cat("a=", each.name, ':', each.value, "\r\n");
        return out;
    }
    static std::vector<sdp_attribute> crypto_of(const std::string& text) {
        std::vector<sdp_attribute> out;
        auto read = parse_sdp(text).value();
        for (const auto& line : read.media)
            for (const auto& each : line.attributes)
                if (each.name == "crypto") out.push_back(each);
        return out;
    }
    std::unique_ptr<media_session> answered_secure(phone& who) {
        auto made = make(direction::inbound, "mandatory");
        EXPECT_TRUE(made->set_remote(
            who.sdp("0 101", "a=rtpmap:101 telephone-event/8000\r\n" + lines(keys->offer().value()),
                    "RTP/SAVP"),
            "", sdp_kind::offer));
        auto text = made->create_answer().value();
        who.call(text);
        EXPECT_TRUE(keys->accept(crypto_of(text), ""));
        crypto = keys->take("").value();
        EXPECT_TRUE(crypto);
        return made;
    }
    static bytes work(packet_transform& with, bytes packet) {
        auto size = packet.size();
        packet.resize(size + packet_transform::overhead);
        packet.resize(with.rtp(packet.data(), size));
        return packet;
    }
};

}  // namespace strowger::rtp::testing
