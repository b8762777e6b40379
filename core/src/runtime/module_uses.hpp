// The uses of one generation of a module, by kind: what the loader waits for before it unmaps.
#pragma once

#include "runtime/running.hpp"

#include <strowger/lease.hpp>

#include <string_view>

namespace strowger {

class module_uses {
public:
    // Counts one kind, and knows whose it is.
    class counter final : public use_counter {
    public:
        explicit counter(const char* module) noexcept : module_(module) {}
        const char* module() const noexcept { return module_; }  // a lasting name

    private:
        const char* module_;
    };

    explicit module_uses(std::string_view module)
        : leases(lasting_name(module)), handlers(leases.module()), work(leases.module()) {}
    module_uses(const module_uses&) = delete;
    module_uses& operator=(const module_uses&) = delete;

    counter leases;    // interfaces, applications and commands that somebody holds
    counter handlers;  // handlers and operations that wait on an executor
    counter work;      // coroutines that were spawned, and blocking work

    std::int64_t total() const noexcept { return leases.count() + handlers.count() + work.count(); }
};

}  // namespace strowger
