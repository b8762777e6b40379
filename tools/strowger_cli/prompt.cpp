#include "prompt.hpp"

#include "completion.hpp"
#include "terminal.hpp"
#include "words.hpp"

#include <editline/readline.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <vector>

namespace {

connection* asked = nullptr;  // libedit's callbacks carry nothing of ours

char** complete(const char* text, int, int) {
    rl_attempted_completion_over = 1;
    std::string line(rl_line_buffer, static_cast<std::size_t>(rl_point));
    static std::vector<std::string> offered;
    try {
        offered = completions(line, std::strlen(text), asked->ask("complete " + line).text);
    } catch (const std::exception&) {
        return nullptr;
    }
    if (offered.empty()) return nullptr;
    return rl_completion_matches(text, [](const char*, int state) -> char* {
        static std::size_t next;
        if (state == 0) next = 0;
        return next < offered.size() ? strdup(offered[next++].c_str()) : nullptr;
    });
}

// Read at the beginning, written however the prompt ends.
class history_file {
public:
    history_file() {
        if (const char* home = std::getenv("HOME"))
            path_ = std::string(home) + "/.strowger_history";
        if (!path_.empty()) read_history(path_.c_str());
    }
    ~history_file() {
        if (path_.empty()) return;
        stifle_history(1000);
        write_history(path_.c_str());
    }
    history_file(const history_file&) = delete;
    history_file& operator=(const history_file&) = delete;

private:
    std::string path_;
};

}  // namespace

int run_prompt(connection& pbx, const std::string& name) {
    asked = &pbx;
    rl_attempted_completion_function = complete;
    terminal screen;
    const history_file history;
    std::string prompt = "strowger@" + name + "> ";
    for (;;) {
        auto line =
            std::unique_ptr<char, decltype(&std::free)>(readline(prompt.c_str()), &std::free);
        if (!line) {  // Ctrl-D, or the end of a file: the shell's prompt begins a line of its own
            if (isatty(STDOUT_FILENO) != 0) std::cout << '\n' << std::flush;
            return 0;
        }
        auto text = command_of(line.get());
        if (text.empty()) continue;
        if (is_exit(text)) return 0;
        add_history(text.c_str());
        screen.tell_width(pbx);
        std::cout << pbx.ask("run " + text).text << '\n' << std::flush;
    }
}
