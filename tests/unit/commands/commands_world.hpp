// A fake PBX with the commands in it, and mod_apps' applications to make calls do something.
#pragma once

#include "apps.hpp"
#include "call_world.hpp"
#include "commands.hpp"
#include "test_context.hpp"

#include <strowger/modules.hpp>

#include <gtest/gtest.h>

namespace strowger::testing {

class fake_modules final : public module_manager {
public:
    task<result<void>> load(std::string) override { co_return result<void>(); }
    task<result<void>> unload(std::string, bool, std::chrono::milliseconds) override {
        co_return result<void>();
    }
    task<result<void>> reload(std::string, bool) override { co_return result<void>(); }
    std::vector<module_row> list() const override {
        std::vector<module_row> out(2);
        out[0].name = "mod_apps";
        out[1].name = "mod_srtp";
        return out;
    }
    void shutdown() override {}
};

class commands_world : public ::testing::Test {
protected:
    commands_world() {
        using namespace commands;
        in.use_calls = pbx.at.get();
        in.use_registry = pbx.names.get();
        in.use_bus = pbx.facts.get();
        in.use_config = &pbx.config;
        in.use_modules = &modules;
        for (auto make : {status_commands, show_commands, text_commands, module_commands,
                          call_commands, power_commands})
            for (auto& each : make(in)) pbx.keep(pbx.names->add(std::move(each)));
        for (auto& each : apps::all_applications(in)) pbx.keep(pbx.names->add(std::move(each)));
        pbx.app("rest", [](channel& self, std::string) { return self.sleep(seconds(1000)); });
    }
    // Runs a line that needs no waiting. `thrown`: what came out of it instead of a reply.
    command_reply run(std::string line, std::exception_ptr* thrown = nullptr) {
        command_reply out;
        out.text = "no reply";
        boost::asio::co_spawn(in.loop, commands::run_line(in, std::move(line)),
                              [&](std::exception_ptr problem, command_reply reply) {
                                  if (problem && thrown) *thrown = problem;
                                  if (!problem) out = std::move(reply);
                              });
        in.poll();
        pbx.turn();
        return out;
    }

    fake_modules modules;
    test_context in{"mod_commands"};
    call_world pbx;
};

}  // namespace strowger::testing
