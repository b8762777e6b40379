// A whole Strowger for tests of modules: real loader, bus, registry, calls and configuration, on a
// clock that the test turns by hand; phones, media and the dialplan XML are fakes unless told
// otherwise. One thread, the test's, is the control loop; it moves only inside the calls below.
//
//     test_core pbx;
//     ASSERT_EQ(pbx.load("mod_hello"), "");
//     pbx.extension("4000", {{"hello", "world"}});
//     auto call = pbx.comes_in("4000");
//     pbx.turn();
//     EXPECT_TRUE(pbx.log.contains("hello"));
//
// Modules are found among those that strowger_add_test(… MODULES …) named.
#pragma once

#include <strowger/bus.hpp>
#include <strowger/calls.hpp>
#include <strowger/modules.hpp>
#include <strowger/registry.hpp>
#include <strowger/testing/captured_log.hpp>
#include <strowger/testing/fake_endpoint.hpp>
#include <strowger/testing/fake_media.hpp>
#include <strowger/testing/fake_settings.hpp>
#include <strowger/testing/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::testing {

struct test_core_options {
    bool media = true;     // a fake "media_engine/1"; off: a module under test brings one
    bool dialplan = true;  // a fake "dialplan/XML"
    bool phones = true;    // a fake endpoint: dial "test/…"
    // Files of modules; those that strowger_add_test() named unless told otherwise.
    std::vector<std::string> modules = named_modules();

    static std::vector<std::string> named_modules() {
        std::vector<std::string> files;
#if defined(STROWGER_TEST_MODULES)
        std::string_view left = STROWGER_TEST_MODULES;
        while (!left.empty()) {
            auto end = left.find(':');
            files.emplace_back(left.substr(0, end));
            left.remove_prefix(end == left.npos ? left.size() : end + 1);
        }
#endif
        return files;
    }
};

class test_core {
    struct parts;

public:
    // Throws std::runtime_error when its folders, below the system's temporary one, cannot be made.
    explicit test_core(test_core_options options = {});
    // Ends all calls and unloads all modules. What does not end in 20 s, or stays mapped, is told
    // on standard error, and the process ends with status 70: a module that leaks is no success.
    ~test_core();
    test_core(const test_core&) = delete;
    test_core& operator=(const test_core&) = delete;

    // ---- modules: "" is success, else the words an operator would read
    std::string load(std::string_view module);
    std::string unload(std::string_view module);
    std::string reload(std::string_view module);
    // "running", "quarantined: …", or "gone".
    std::string state(std::string_view module) const;
    // Is any code of it mapped into this process?
    bool mapped(std::string_view module) const;

    // ---- configuration
    // The <configuration name="mod_x.conf"> element, whole. Replaces the one of that name.
    void configuration_file(std::string_view name, std::string_view xml);
    // Reads all of it anew, as `reloadxml` does; what was found, a line each ("" when all is well).
    std::string reloadxml();

    // ---- what an operator and a dialplan do
    // "clock show utc". The words reach the command as they are: checking them against its syntax
    // is mod_commands' work.
    command_reply run(std::string_view line);
    std::vector<std::string> complete(std::string_view command, std::string_view args) const;
    void extension(std::string number, std::vector<dialplan_action> actions);
    std::string expand(std::string_view text);

    struct call {
        leg_record leg;
        session_record media;  // nullptr without the fake engine
        channel_ptr who;       // nullptr when it was refused
        std::optional<error> failure;
    };
    // A call from 1000 to that number; its dialplan runs with the next turn().
    call comes_in(std::string number, std::string dialplan = "XML", std::string offer = "offer");

    // ---- time
    // Lets everything happen that can happen without time passing.
    void turn();
    // The same, then time moves, in steps of at most 10 ms so that coroutines keep up.
    void pass(steady_time::duration how_long);
    // Turns until `met` holds; false when that took more than `limit` of real time.
    bool until(const std::function<bool()>& met, milliseconds limit = milliseconds(10000));
    // Runs a coroutine to its end. Throws what it throws, or std::runtime_error after 20 s.
    template <class T>
    T wait(task<T> work) {
        std::optional<T> outcome;
        std::exception_ptr failed;
        boost::asio::co_spawn(loop(), std::move(work), [&](std::exception_ptr thrown, T value) {
            failed = std::move(thrown);
            outcome.emplace(std::move(value));
        });
        if (!until([&] { return outcome.has_value(); }, milliseconds(20000)))
            throw std::runtime_error("a coroutine did not end in 20 s");
        if (failed) std::rethrow_exception(failed);
        return std::move(*outcome);
    }

    // ---- what is inside
    boost::asio::io_context& loop() noexcept;
    strowger::bus& bus() noexcept;
    registry& names() noexcept;
    strowger::calls& calls() noexcept;
    configuration& config() noexcept;
    module_manager& modules() noexcept;

private:
    std::unique_ptr<parts> parts_;

public:
    manual_clock& time;
    captured_log& log;
    fake_endpoint& phones;
    fake_engine& media;
    fake_dialplan& plan;
};

}  // namespace strowger::testing
