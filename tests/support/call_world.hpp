// A PBX without sockets for tests: real bus, registry and calls; the rest is fake.
#pragma once

#include <strowger/testing/captured_log.hpp>
#include <strowger/testing/fake_endpoint.hpp>
#include <strowger/testing/fake_media.hpp>
#include <strowger/testing/fake_settings.hpp>
#include <strowger/testing/manual_clock.hpp>
#include "bus/make.hpp"
#include "call/make.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strowger::testing {

class plain_counter final : public use_counter {};

class call_world {
public:
    call_world() {
        at = make_calls({loop.get_executor(), time, *facts, *names, config, people, log});
        phones.of = at.get();
        keep(names->provide<media_engine>("media_engine/1", engine));
        keep(names->provide<dialplan>("dialplan/XML", plan));
        keep(names->provide<endpoint>("endpoint/test", phones));
        app("noop", [](channel&, std::string) -> task<> { co_return; });
    }
    ~call_world() {
        at->hangup_all(hangup_cause::system_shutdown);
        turn();
    }

    // Lets everything happen that can happen without time passing.
    void turn() {
        loop.restart();
        loop.poll();
    }
    void pass(steady_time::duration how_long) {
        turn();
        time.advance(how_long);
        turn();
    }

    void keep(result<token> given) { tokens.push_back(std::move(given.value())); }
    void app(std::string name, std::function<task<>(channel&, std::string)> run) {
        application what;
        what.name = std::move(name);
        what.run = std::move(run);
        keep(names->add(std::move(what)));
    }
    void command_reads(std::string name, std::function<std::string(std::string)> answer,
                       capability can = capability::read) {
        command what;
        what.name = std::move(name);
        what.what = can;
        what.answer = [answer = std::move(answer)](const command_request& asked) {
            return command_reply{true, answer(asked.args)};
        };
        keep(names->add(std::move(what)));
    }

    struct call {
        leg_record leg;
        session_record media;
        channel_ptr who;
        std::optional<error> failure;
    };
    // A call from 1000 to `number`; nothing has run yet.
    call comes_in(std::string number, std::string offer = "offer") {
        call out;
        out.leg = std::make_shared<leg_state>();
        out.leg->facts.transport = "udp";
        incoming_call in;
        in.signalling = owned<leg>(use(&uses), std::make_unique<fake_leg>(loop, out.leg));
        in.caller.caller_id_number = "1000";
        in.caller.caller_id_name = "Alice";
        in.caller.destination_number = std::move(number);
        in.caller.chan_name = "test/1000";
        in.sdp = std::move(offer);
        auto made = at->incoming(std::move(in));
        if (made)
            out.who = *made;
        else
            out.failure = made.error();
        if (!engine.made.empty()) out.media = engine.made.back();
        return out;
    }
    void extension(std::string number, std::vector<dialplan_action> actions) {
        plan.extensions[std::move(number)] = std::move(actions);
    }

    boost::asio::io_context loop{1};
    manual_clock time;
    captured_log captured;
    logger log{"core", captured, log_level::debug};
    plain_counter uses;
    std::unique_ptr<bus> facts = make_bus(log);
    std::unique_ptr<registry_table> table = make_registry_table();
    std::unique_ptr<registry> names = table->for_module("core", uses);
    fake_configuration config;
    fake_directory people;
    fake_engine engine;
    fake_dialplan plan;
    fake_endpoint phones{loop};
    std::unique_ptr<calls> at;
    std::vector<token> tokens;  // last: withdrawn first
};

// Facts as they come, "NAME Unique-ID".
class heard_facts final : public field_sink {
public:
    explicit heard_facts(bus& from) {
        all_ = from.subscribe_named("", [this](const fact_view& fact) {
            id_.clear();
            fields.clear();
            fact.fields(*this);
            names.push_back(std::string(fact.name()));
            last_fields[names.back()] = fields;
        });
    }
    void field(std::string_view name, std::string_view value) override {
        fields[std::string(name)] = std::string(value);
    }
    std::size_t count(std::string_view name) const {
        std::size_t out = 0;
        for (const auto& each : names) out += each == name;
        return out;
    }
    std::vector<std::string> names;
    std::map<std::string, std::string> fields;
    std::map<std::string, std::map<std::string, std::string>> last_fields;

private:
    std::string id_;
    token all_;
};

}  // namespace strowger::testing
