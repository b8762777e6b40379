// A fake PBX with the commands in it, and mod_apps' applications to make calls do something.
#pragma once

#include "apps.hpp"
#include "call_world.hpp"
#include "commands.hpp"
#include "test_context.hpp"

#include <strowger/modules.hpp>
#include <strowger/text.hpp>

#include <gtest/gtest.h>

namespace strowger::testing {

// Says yes to everything, and keeps what it was asked.
class fake_modules final : public module_manager {
public:
    fake_modules() : rows(2) {
        rows[0].name = "mod_apps";
        rows[1].name = "mod_srtp";
    }
    task<result<void>> load(std::string name) override {
        asked.push_back("load " + name);
        co_return result<void>();
    }
    task<result<void>> unload(std::string name, bool force,
                              std::chrono::milliseconds patience) override {
        asked.push_back(cat("unload ", force ? "-f " : "", name, ' ', patience.count(), " ms"));
        co_return result<void>();
    }
    task<result<void>> reload(std::string name, bool force,
                              std::chrono::milliseconds patience) override {
        asked.push_back(cat("reload ", force ? "-f " : "", name, ' ', patience.count(), " ms"));
        co_return result<void>();
    }
    std::vector<module_row> list() const override { return rows; }
    void shutdown() override { asked.push_back("shutdown"); }

    std::vector<module_row> rows;
    std::vector<std::string> asked;
};

class commands_world : public ::testing::Test {
protected:
    commands_world() {
        using namespace commands;
        in.use_calls = pbx.at.get();
        in.use_registry = pbx.names.get();
        in.use_bus = pbx.facts.get();
        in.use_config = &pbx.config;
        in.use_directory = &pbx.people;
        in.use_modules = &modules;
        for (auto make : {status_commands, help_commands, show_commands, text_commands,
                          module_commands, call_commands, power_commands})
            for (auto& each : make(in)) pbx.keep(pbx.names->add(std::move(each)));
        for (auto& each : apps::all_applications(in)) pbx.keep(pbx.names->add(std::move(each)));
        pbx.app("rest", [](channel& self, std::string) { return self.sleep(seconds(1000)); });
    }
    // Runs a line that needs no waiting. `thrown`: what came out of it instead of a reply. `width`:
    // of the terminal, if any.
    command_reply run(std::string line, std::exception_ptr* thrown = nullptr,
                      std::size_t width = 0) {
        command_reply out;
        out.text = "no reply";
        boost::asio::co_spawn(in.loop, commands::run_line(in, std::move(line), width),
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
