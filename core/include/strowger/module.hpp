// A module: a class, and one line that makes it the shared object's.
//
// Its life: the file's stamp is read (name, tag, needs) → the file is mapped → constructed →
// check() → start() → … → stop() → its uses end → destroyed → unmapped. All on the control loop.
//
//     class hello final : public strowger::module { … };
//     STROWGER_MODULE(hello)
//
// Its name, version and needs are the build's: strowger_add_module(mod_hello SOURCES … VERSION …).
#pragma once

#include <strowger/abi.hpp>
#include <strowger/context.hpp>

#include <memory>
#include <string_view>

namespace strowger {

class module {
public:
    virtual ~module();
    // Says what is wrong with the configuration. Also called by `strowger -check` and before a
    // reload of the configuration is taken: changes nothing.
    virtual void check(const config_snapshot&, problems&) {}
    // Registers what it has. An error (or exception) is shown to the operator; nothing remains.
    virtual result<void> start() = 0;
    // Ends what it started: sockets, coroutines, files. Tokens may go here or in the destructor.
    // Returns at once; what goes on afterwards is counted and waited for.
    virtual void stop() noexcept {}
};

namespace detail {

// The function table that a module exports as "strowger_module". Version by its size.
struct module_functions {
    std::uint64_t size;
    // Gives nullptr and a text in `why` (up to `room` bytes, terminated) when it throws.
    module* (*create)(context& from, char* why, std::size_t room) noexcept;
    void (*destroy)(module* which) noexcept;
};

template <class Module>
module* create_module(context& from, char* why, std::size_t room) noexcept {
    auto say = [&](std::string_view text) {
        auto length = text.size() < room ? text.size() : room - 1;
        for (std::size_t i = 0; i < length; ++i) why[i] = text[i];
        why[length] = '\0';
    };
    try {
        return new Module(from);
    } catch (const std::exception& thrown) {
        say(thrown.what());
    } catch (...) {
        say("an exception of an unknown type");
    }
    return nullptr;
}

inline void destroy_module(module* which) noexcept { delete which; }

}  // namespace detail
}  // namespace strowger

// The last line of a module's source. TYPE derives from module; its constructor takes a context&.
#define STROWGER_MODULE(TYPE)                                                                      \
    extern "C"                                                                                     \
        [[gnu::visibility("default")]] const ::strowger::detail::module_functions strowger_module; \
    const ::strowger::detail::module_functions strowger_module{                                    \
        sizeof(::strowger::detail::module_functions), &::strowger::detail::create_module<TYPE>,    \
        &::strowger::detail::destroy_module};
