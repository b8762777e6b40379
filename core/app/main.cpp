// The `strowger` program.
#include "background.hpp"
#include "crash.hpp"
#include "crash_report.hpp"
#include "pid_file.hpp"
#include "privileges.hpp"
#include "signals.hpp"

#include "log/problems.hpp"
#include "runtime/command_line.hpp"
#include "runtime/core.hpp"

#include <strowger/version.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace {

using namespace strowger;

std::string prefix_of_this_program() {
    std::error_code failed;
    auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    return failed ? std::string("/usr/local") : self.parent_path().parent_path().string();
}

void print(std::FILE* where, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), where);
    std::fflush(where);
}

// -check prints problems itself; of the log, only what went wrong.
class errors_only final : public log_sink {
    void write(log_level level, std::string_view module, std::string text) noexcept override {
        if (level <= log_level::error) print(stderr, cat(module, ": ", text, "\n"));
    }
};

int check(core_options options) {
    errors_only errors;
    options.other_log = &errors;
    core pbx(std::move(options));
    problems found;
    auto read = pbx.configure(found);
    if (read) pbx.check(found);
    std::size_t wrong = 0;
    for (const auto& each : found) {
        print(stdout, to_string(each) + "\n");
        wrong += each.level == severity::error ? 1 : 0;
    }
    if (!read && wrong == 0) print(stdout, cat("error: ", read.error().text, "\n"));
    bool good = read && wrong == 0;
    print(stdout, good ? "the configuration can be used\n" : "the configuration cannot be used\n");
    pbx.shutdown();
    bool clean = pbx.run();
    if (!clean) std::_Exit(good ? 0 : 1);
    return good ? 0 : 1;
}

// Throws what is wrong: nothing runs yet.
std::vector<own_folder> make_folders(const core_directories& at,
                                     const std::optional<identity>& who) {
    std::vector<own_folder> made;
    for (const auto* path : {&at.run, &at.log, &at.db}) {
        made.push_back(own_folder::make(*path).value());
        if (who && ::geteuid() == 0) made.back().give(*who).value();
    }
    return made;
}

result<void> give_up_root(const std::vector<own_folder>& folders, const std::string& copies,
                          const identity& who) {
    for (const auto& each : folders)
        if (auto given = each.give(who); !given) return given;
    if (auto given = own_folder::whole(copies).give(who); !given) return given;
    return become(who);
}

void configure(core& pbx) {
    problems found;
    auto read = pbx.configure(found);
    write_problems(pbx.log(), found);
    std::string first;
    for (const auto& each : found)
        if (first.empty() && each.level == severity::error) first = to_string(each);
    if (!read) throw std::runtime_error(first.empty() ? read.error().text : first);
}

std::size_t running_modules(core& pbx) {
    std::size_t count = 0;
    for (const auto& each : pbx.modules().list()) count += each.state == "running" ? 1 : 0;
    return count;
}

int run(const command_line& line, core_options options, background& behind) {
    auto who = find_identity(line.user, line.group).value();
    // Modules start as root, and tell by these what the program cannot use any more later.
    if (who) {
        options.overrides.emplace_back("run_as_uid", cat(who->uid));
        options.overrides.emplace_back("run_as_gid", cat(who->gid));
    }
    ::umask(027);  // logs and registrations are nobody else's business
    auto folders = make_folders(options.at, who);
    crash_reports_go_to(options.at.log);
    auto crash = unread_crash_report(options.at.log, options.at.run);
    pid_file mine(options.at.run);
    mine.take().value();
    auto at = options.at;
    core pbx(std::move(options));
    // From here on a signal does not kill what is half started: it is heard when the loop runs.
    signals heard(pbx);
    configure(pbx);
    if (!crash.empty())
        pbx.log().warning("Strowger crashed when it ran last: ", crash,
                          " says where and what to do");
    auto started = pbx.start();
    if (started && who) started = give_up_root(folders, pbx.modules().copies(), *who);
    if (!started) {
        pbx.log().critical(started.error().text);
        behind.failed(started.error().text);
        pbx.shutdown();
    } else {
        pbx.log().notice("Strowger ", version(), " is ready: ", running_modules(pbx),
                         " modules run");
        if (line.no_console && pbx.written_log() != nullptr) pbx.written_log()->close_console();
        behind.ready(at.log);
    }
    bool clean = pbx.run();
    int status = started ? 0 : 1;
    if (!clean) {
        // Something still uses what would be destroyed here: the end of the process is safer.
        if (auto* log = pbx.written_log()) log->flush();
        ::usleep(200'000);
        std::_Exit(status);
    }
    return status;
}

int act(const command_line& line, background& behind) {
    core_options options;
    options.at = with_defaults(line.at, prefix_of_this_program());
    options.overrides = line.overrides;
    if (line.what == command_line::action::check) {
        options.console = options.log_file = false;
        return check(std::move(options));
    }
    if (line.what == command_line::action::stop) {
        auto stopped = pid_file(options.at.run).stop_other();
        if (stopped) return 0;
        print(stderr, cat("strowger: ", stopped.error().text, "\n"));
        return 1;
    }
    options.console = !line.no_console;
    options.colour = ::isatty(STDOUT_FILENO) == 1;
    if (line.background()) behind.enter();
    return run(line, std::move(options), behind);
}

}  // namespace

int main(int count, char** words) {
    if (count > 1 && std::string_view(words[1]) == crash_option)
        return explain_crash(count - 2, words + 2);
    auto line = parse_command_line(std::vector<std::string>(words + 1, words + count));
    if (!line) {
        print(stderr, cat("strowger: ", line.error().text, "\n", usage()));
        return 2;
    }
    if (line->what == command_line::action::version) {
        print(stdout, cat("Strowger ", version(), "\n"));
        return 0;
    }
    if (line->what == command_line::action::help) {
        print(stdout, usage());
        return 0;
    }
    raise_limits();
    report_crashes();
    background behind;
    try {
        return act(*line, behind);
    } catch (const std::exception& failed) {
        if (behind.entered())
            behind.failed(failed.what());
        else
            print(stderr, cat("strowger: ", std::string_view(failed.what()), "\n"));
        return 1;
    }
}
