// How the core makes its calls.
#pragma once

#include <strowger/bus.hpp>
#include <strowger/calls.hpp>
#include <strowger/config.hpp>
#include <strowger/directory.hpp>
#include <strowger/log.hpp>
#include <strowger/registry.hpp>

#include <memory>

namespace strowger {

// All outlive the calls.
struct call_services {
    executor loop;
    strowger::clock& clock;
    strowger::bus& bus;
    strowger::registry& registry;  // the core's own
    configuration& config;
    strowger::directory& directory;
    logger& log;
};

std::unique_ptr<calls> make_calls(call_services services);

}  // namespace strowger
