// Loads, reloads and unloads modules. Control loop only.
//
// Refusing happens before anything is mapped; ending a generation is one coroutine (drain) that
// waits for its uses, destroys it, passes every thread and only then unmaps. Where anything is
// unsure the module is left mapped and says so (quarantine).
#pragma once

#include "loader/generation.hpp"
#include "loader/turns.hpp"

#include <strowger/modules.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace strowger {

struct loader_options {
    std::string mod_dir;
    std::string run_dir;  // private copies go to a folder of their own in it
    std::function<log_level(std::string_view module)> level;
    std::function<void()> shutdown;  // module_manager::shutdown()
    std::string abi_tag;             // this program's; tests give others
};

class loader final : public module_manager {
public:
    // Throws std::runtime_error when the run directory cannot be used. `shared` outlives it.
    loader(loader_options options, const shared_services& shared, logger& log);
    // Modules that have not ended stay mapped.
    ~loader() override;

    task<result<void>> load(std::string name) override;
    task<result<void>> unload(std::string name, bool force,
                              std::chrono::milliseconds patience) override;
    task<result<void>> reload(std::string name, bool force,
                              std::chrono::milliseconds patience) override;
    std::vector<module_row> list() const override;
    void shutdown() override { options_.shutdown(); }

    // Loads what autoload_configs/modules.conf.xml names, needs first. An error: a critical module
    // did not start (the others were tried).
    result<void> autoload(const config_snapshot& config);
    // Makes each module of that file and asks what is wrong with the configuration; starts nothing.
    void check_all(const config_snapshot& config, problems& found);
    // Asks the modules that run what is wrong with a configuration that is not taken yet.
    void check_running(const config_snapshot& config, problems& found);
    // Ends all modules, the youngest first; gives up at `deadline`. True: all are unmapped.
    task<bool> stop_all(steady_time deadline);
    // Tells every module its log level anew.
    void apply_levels();
    // The folder of private copies, for whoever drops privileges.
    const std::string& copies() const noexcept { return copies_.path(); }

private:
    using generation_ptr = std::shared_ptr<generation>;
    using real = std::chrono::steady_clock;
    // What an operator typed: a name, or a path where those are allowed.
    struct module_file {
        std::string name, file;
    };

    // Runs the work in a coroutine of the loader's own, when the module's earlier operations have
    // ended. Whoever waits may be cancelled (the session of a command, as its module stops): the
    // work goes on, and the outcome is given all the same.
    task<result<void>> apart(std::string name, task<result<void>> work);
    task<result<void>> in_turn(std::string name, task<result<void>> work);
    task<result<void>> load_in_turn(std::string name_or_path);
    task<result<void>> load_settled(module_file what);
    task<> settle(std::string name);
    task<result<void>> unload_in_turn(std::string name, bool force,
                                      std::chrono::milliseconds patience);
    task<result<void>> reload_in_turn(std::string name, bool force,
                                      std::chrono::milliseconds patience);

    result<void> read_configuration();
    // A file that fits this program, and its private copy. None of its code has run.
    struct candidate {
        stamp about;
        std::string file;  // as the operator knows it
        std::shared_ptr<const std::string> copy;
        steady_time begun;  // when its loading began
    };
    // Any thread: reads and writes files, which may be large.
    result<candidate> fetch(const std::string& name, const std::string& file);
    // The same on the pool, while the control loop goes on.
    task<result<candidate>> fetch_aside(std::string name, std::string file);
    result<generation_ptr> start_new(candidate what);
    result<void> may_load(const std::string& name) const;
    result<void> may_end(std::string_view name) const;
    result<void> bring_up(generation_ptr which);
    void retire(generation_ptr which, std::string why);
    task<> drain(generation_ptr which);
    task<bool> pass_all_threads();
    task<> pause(steady_time::duration how_long);
    task<bool> wait_gone(generation_ptr which, steady_time deadline);
    task<result<void>> wait_unused(generation_ptr which, bool force, steady_time deadline);
    task<result<void>> replace_exclusive(generation_ptr old, bool force, steady_time deadline);
    result<module_file> find_file(std::string name_or_path) const;
    bool paths_allowed() const;
    void quarantine(generation& which, std::string why);
    generation_ptr running(std::string_view name) const;
    generation_ptr any(std::string_view name) const;
    std::vector<std::string> needed_by(std::string_view name) const;
    module_row row_of(const generation& which) const;
    result<void> not_needed(std::string_view name) const;
    bool listed(const generation& which) const;
    result<void> autoload_one(const std::string& name, const std::vector<std::string>& wanted,
                              std::vector<std::string>& path);
    std::string path_of(std::string_view name) const;

    loader_options options_;
    const shared_services& shared_;
    logger& log_;
    copy_folder copies_;
    turns turns_;
    bool ending_ = false;  // stop_all() has begun: nothing is loaded any more
    unsigned generations_ = 0;
    std::vector<generation_ptr> all_;  // in order of loading
};

}  // namespace strowger
