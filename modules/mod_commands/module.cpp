// mod_commands: the operator's commands, and the socket that brings them.
#include "commands.hpp"
#include "socket_server.hpp"

#include <strowger/module.hpp>
#include <strowger/text.hpp>

#include <vector>

namespace strowger::commands {

class commands_module final : public module {
public:
    explicit commands_module(context& core) : core_(core), server_(core, socket_path(core)) {}

    result<void> start() override {
        for (auto make : {status_commands, help_commands, show_commands, text_commands,
                          module_commands, call_commands, power_commands})
            for (auto& each : make(core_)) {
                auto registered = core_.registry().add(std::move(each));
                if (!registered) return registered.error();
                tokens_.push_back(std::move(*registered));
            }
        return server_.start();
    }

    void stop() noexcept override {
        server_.stop();
        tokens_.clear();
    }

    void check(const config_snapshot& from, problems& found) override {
        read_settings(from, found);
    }

private:
    static std::string read_settings(const config_snapshot& from, problems& found) {
        static const std::vector<param_spec> specs{
            {.name = "socket", .help = "where strowger_cli connects"}};
        const auto* file = from.file("commands.conf");
        const auto* settings = file ? file->child("settings") : nullptr;
        return settings ? param_set(*settings, specs, found).text("socket") : std::string();
    }
    static std::string socket_path(context& core) {
        problems told_by_check;
        auto given = read_settings(*core.config().current(), told_by_check);
        return given.empty() ? core.config().global("run_dir") + "/strowger.sock" : given;
    }

    context& core_;
    socket_server server_;
    std::vector<token> tokens_;
};

}  // namespace strowger::commands

STROWGER_MODULE(strowger::commands::commands_module)
