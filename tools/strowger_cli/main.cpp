// strowger_cli: commands for a running PBX, one by one or at a prompt.
#include "connection.hpp"
#include "prompt.hpp"
#include "terminal.hpp"

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace {

constexpr const char* usage =
    "Usage: strowger_cli [-run DIR | -socket PATH] [-x COMMAND]\n"
    "  -x COMMAND    run one command; the exit status is 0 when it succeeded, 1 when it did not\n"
    "  -run DIR      the run directory of the PBX (its -run)\n"
    "  -socket PATH  the command socket itself\n"
    "Without -x: a prompt, with completion (Tab) and history; exit, quit, ... or Ctrl-D ends it.\n"
    "On a terminal, tables are made to fit; into a pipe or a file they are written whole.\n"
    "Exit status 2: wrong words; 3: no PBX answers, or the connection was lost.\n";

std::string default_socket() {
    std::error_code ignored;
    auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    return (self.parent_path().parent_path() / "var/run/strowger.sock").string();
}

}  // namespace

int main(int count, char** words) {
    std::string path = default_socket(), command;
    bool once = false;
    for (int i = 1; i < count; ++i) {
        std::string word = words[i];
        if (word == "-h" || word == "-help" || word == "--help") {
            std::cout << usage;
            return 0;
        }
        bool known = word == "-x" || word == "-run" || word == "-socket";
        if (!known || i + 1 == count) {
            std::cerr << "strowger_cli: " << (known ? "a value is missing after '" : "what is '")
                      << word << "'?\n"
                      << usage;
            return 2;
        }
        std::string value = words[++i];
        if (word == "-x") {
            command = value;
            once = true;
        } else {
            path = word == "-run" ? value + "/strowger.sock" : value;
        }
    }
    if (command.find('\n') != std::string::npos) {
        std::cerr << "strowger_cli: a command is one line.\n";
        return 2;
    }
    try {
        connection pbx(path);
        if (!once) {
            char host[256] = "pbx";
            gethostname(host, sizeof host - 1);
            return run_prompt(pbx, host);
        }
        terminal().tell_width(pbx);
        auto reply = pbx.ask("run " + command);
        (reply.ok ? std::cout : std::cerr) << reply.text;
        if (!reply.text.empty() && reply.text.back() != '\n')
            (reply.ok ? std::cout : std::cerr) << '\n';
        return reply.ok ? 0 : 1;
    } catch (const std::exception& thrown) {
        std::cerr << "strowger_cli: " << thrown.what() << '\n';
        return 3;
    }
}
