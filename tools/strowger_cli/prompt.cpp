#include "prompt.hpp"

#include <editline/readline.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <sstream>
#include <vector>

namespace {

connection* asked = nullptr;  // libedit's callbacks carry nothing of ours

char** complete(const char* text, int start, int) {
    rl_attempted_completion_over = 1;
    std::string line(rl_line_buffer, static_cast<std::size_t>(rl_point));
    std::vector<std::string> words;
    try {
        std::istringstream answer(asked->ask("complete " + line).text);
        std::string head =
            line.substr(line.find(' ') == std::string::npos ? 0 : line.find(' ') + 1);
        // The PBX completes all that follows the command's name: the library wants the last word
        // only.
        auto cut = start > 0 ? head.size() - std::min(head.size(), std::strlen(text)) : 0;
        for (std::string word; std::getline(answer, word);)
            if (word.size() >= cut) words.push_back(word.substr(cut));
    } catch (const std::exception&) {
        return nullptr;
    }
    if (words.empty()) return nullptr;
    static std::vector<std::string> offered;
    offered = words;
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
