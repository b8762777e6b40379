#include "words.hpp"

std::string command_of(std::string_view line) {
    constexpr std::string_view blanks = " \t\r\n";
    auto first = line.find_first_not_of(blanks);
    if (first == line.npos) return {};
    return std::string(line.substr(first, line.find_last_not_of(blanks) - first + 1));
}

bool is_exit(std::string_view command) {
    if (command == "...") return true;
    if (command.starts_with('/')) command.remove_prefix(1);
    return command == "exit" || command == "quit" || command == "bye";
}
