// The module: reads sofia.conf, runs the profiles, gives the endpoint and the commands.
#pragma once

#include "service.hpp"

#include <strowger/module.hpp>

#include <optional>
#include <vector>

namespace strowger::sofia {

class sofia_module final : public module {
public:
    explicit sofia_module(context& core);

    void check(const config_snapshot& from, problems& found) override;
    result<void> start() override;
    void stop() noexcept override;

    service& profiles() noexcept { return service_; }

private:
    context& core_;
    service service_;
    std::vector<token> tokens_;  // last: withdrawn first
};

}  // namespace strowger::sofia
