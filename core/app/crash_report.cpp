#include "crash_report.hpp"

#include "runtime/stacks.hpp"
#include "runtime/symbols.hpp"

#include <strowger/text.hpp>
#include <strowger/version.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <optional>

namespace strowger {

namespace {

struct crash {
    int signal = 0, code = 0;
    std::string about;  // an address, or the process that sent it
    int process = 0;
    std::string thread, module, folder;
    stack frames;
    // The kernel's own signals have codes above 0; abort() sends one to itself.
    bool from_outside() const { return code <= 0 && about != cat(process); }
};

const void* address_of(const char* text) {
    return reinterpret_cast<const void*>(std::strtoull(text, nullptr, 16));
}

std::optional<crash> parse(int count, char** words) {
    crash what;
    if (count < crash_words || !parse_number(std::string_view(words[0]), what.signal) ||
        !parse_number(std::string_view(words[1]), what.code) ||
        !parse_number(std::string_view(words[3]), what.process))
        return {};
    what.about = words[2];
    what.thread = words[4];
    what.module = words[5];
    what.folder = words[6];
    for (int i = crash_words; i < count; ++i) what.frames.push_back(address_of(words[i]));
    return what;
}

std::string now(const char* form) {
    std::time_t seconds = std::time(nullptr);
    std::tm parts{};
    char text[64] = "";
    ::localtime_r(&seconds, &parts);
    std::strftime(text, sizeof text, form, &parts);
    return text;
}

std::string cause(const crash& what) {
    const char* name = ::sigabbrev_np(what.signal);
    std::string text = name == nullptr ? cat("signal ", what.signal) : cat("SIG", name);
    if (what.from_outside()) return cat(text, ", sent by process ", what.about);
    if (what.code <= 0)
        return text + ", by the program itself (abort, or an exception that nobody caught)";
    if (what.code == SI_KERNEL) return text + "; the processor does not tell the address";
    return cat(
        text,
        what.signal == SIGSEGV || what.signal == SIGBUS ? " on access to address " : " at address ",
        what.about);
}

std::string advice(const crash& what, const std::string& module) {
    if (what.from_outside())
        return cat("find out why process ", what.about,
                   " ended this one; the stack says what it did.");
    if (module.empty())
        return "no module is in the stack: give this report to those who make Strowger.";
    return cat("unload or replace ", module,
               "; if the next start ends like this, take it out of "
               "autoload_configs/modules.conf.xml; give this report to those who make it.");
}

// The stack knows better than what was set to run: one module may call another's code.
std::string report(const crash& what, const symbols& names) {
    std::string file, module;
    for (const auto* each : what.frames) {
        file = names.file(each);
        if (module = module_of_copy(file); !module.empty()) break;
    }
    auto text = cat("Strowger ", version(), " crashed, ", now("%Y-%m-%d %H:%M:%S %z"),
                    "\n\nsignal:  ", cause(what), "\nprocess: ", what.process, ", thread ",
                    what.thread, "\n");
    if (module.empty()) {
        module = what.module;
        file.clear();
    }
    text += cat("module:  ", module.empty() ? "none, the core" : module, "\n");
    if (!file.empty()) text += cat("file:    ", file, ", its private copy\n");
    if (what.module != module)
        text += cat("called while this ran: ", what.module.empty() ? "core" : what.module, "\n");
    text += "stack, the innermost first:\n";
    for (std::size_t i = 0; i < what.frames.size(); ++i)
        text +=
            cat("    ",
                names.line(what.frames[i], i == 0 ? symbols::place::exact : symbols::place::caller),
                "\n");
    return cat(text, "What to do: ", advice(what, module), "\n");
}

bool write_all(int to, std::string_view text) {
    while (!text.empty()) {
        auto put = ::write(to, text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

}  // namespace

int explain_crash(int count, char** words) {
    auto what = parse(count, words);
    if (!what) return 2;
    symbols names(stdin);
    auto text = report(*what, names);
    bool good = write_all(STDERR_FILENO, "\n" + text);
    if (what->folder.empty()) return good ? 0 : 1;
    auto path = cat(what->folder, "/crash-", now("%Y%m%d-%H%M%S"), "-", what->process, ".txt");
    int to = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (to < 0 || !write_all(to, text)) {
        write_all(STDERR_FILENO, cat("strowger: the report cannot be written to ", path, ": ",
                                     std::string_view(std::strerror(errno)), "\n"));
        return good ? 0 : 1;
    }
    write_all(STDERR_FILENO, cat("strowger: this report is also in ", path, "\n"));
    return 0;
}

std::string unread_crash_report(const std::string& log_dir, const std::string& run_dir) {
    namespace fs = std::filesystem;
    std::error_code failed;
    auto newest = fs::last_write_time(run_dir + "/strowger.pid", failed);
    if (failed) return {};
    std::string found;
    for (fs::directory_iterator each(log_dir, failed), end; !failed && each != end;
         each.increment(failed)) {
        auto name = each->path().filename().string();
        if (!name.starts_with("crash-") || !name.ends_with(".txt")) continue;
        std::error_code gone;
        auto written = each->last_write_time(gone);
        if (gone || written < newest) continue;
        newest = written;
        found = each->path().string();
    }
    return found;
}

}  // namespace strowger
