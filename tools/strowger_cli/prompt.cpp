#include "prompt.hpp"

#include "completion.hpp"

#include <editline/readline.h>

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

}  // namespace

int run_prompt(connection& pbx, const std::string& name) {
    asked = &pbx;
    rl_attempted_completion_function = complete;
    const char* home = std::getenv("HOME");
    std::string history = home ? std::string(home) + "/.strowger_history" : std::string();
    if (!history.empty()) read_history(history.c_str());
    std::string prompt = "strowger@" + name + "> ";
    while (auto line =
               std::unique_ptr<char, decltype(&std::free)>(readline(prompt.c_str()), &std::free)) {
        std::string text = line.get();
        if (text.find_first_not_of(" \t") == std::string::npos) continue;
        if (text == "exit" || text == "quit") break;
        add_history(text.c_str());
        std::cout << pbx.ask("run " + text).text << '\n' << std::flush;
    }
    if (!history.empty()) {
        stifle_history(1000);
        write_history(history.c_str());
    }
    return 0;
}
