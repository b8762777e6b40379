#include "commands.hpp"

#include <strowger/text.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>

namespace strowger::commands {

namespace {

// The session was cancelled. Any other error is the command's own.
bool is_cancellation(const std::exception& thrown) {
    const auto* error = dynamic_cast<const boost::system::system_error*>(&thrown);
    return error && error->code() == boost::asio::error::operation_aborted;
}

}  // namespace

task<command_reply> run_line(context& core, std::string line) {
    std::string_view text = trim(line);
    auto end = text.find_first_of(" \t");
    std::string name(text.substr(0, end));
    if (name.empty()) co_return command_reply{};
    auto found = core.registry().find_command(name);
    if (!found) {
        std::string why = cat("There is no command '", name, "'.");
        auto near = nearest(name, core.registry().names("command"));
        if (!near.empty()) why += cat(" Did you mean '", near, "'?");
        co_return command_error(why + " 'help' lists them.");
    }
    command_request request;
    if (end != text.npos) request.args = trim(text.substr(end));
    try {
        if (found->answer) co_return found->answer(request);
        auto reply = co_await found->run(std::move(request));
        co_return reply;
    } catch (const std::exception& thrown) {
        if (is_cancellation(thrown)) throw;
        core.log().error("Command '", name, "' failed: ", thrown.what());
        co_return command_error(cat("'", name, "' failed: ", thrown.what()));
    }
}

std::vector<std::string> complete_line(context& core, std::string_view line) {
    constexpr std::string_view blanks = " \t";
    auto begun_at = line.find_last_of(blanks) + 1;  // npos + 1: at the start
    auto begun = line.substr(begun_at);
    auto before = trim(line.substr(0, begun_at));
    std::vector<std::string> found;
    if (before.empty()) {
        found = core.registry().names("command");
    } else {
        auto end = before.find_first_of(blanks);
        auto which = core.registry().find_command(before.substr(0, end));
        auto args = end == before.npos ? std::string_view() : trim(before.substr(end));
        if (which && which->complete) found = which->complete(args);
    }
    std::erase_if(found, [begun](const std::string& word) { return !word.starts_with(begun); });
    return found;
}

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    std::string closing;  // the brackets still open, innermost last
    bool inside = false;
    for (char c : text) {
        if (!closing.empty()) {
            if (c == closing.back())
                closing.pop_back();
            else if (closing.back() != '\'' && c == '{')
                closing += '}';
            else if (closing.back() != '\'' && c == '(')
                closing += ')';
        } else if (c == '\'') {
            closing += '\'';
        } else if (c == '{') {
            closing += '}';
        } else if (c == '[') {
            closing += ']';
        } else if (c == '(') {
            closing += ')';
        } else if (c == ' ' || c == '\t') {
            if (inside) words.push_back(std::exchange(word, {}));
            inside = false;
            continue;
        }
        inside = true;
        word += c;
    }
    if (inside) words.push_back(word);
    for (auto& each : words)
        if (each.size() >= 2 && each.front() == '\'' && each.back() == '\'')
            each = each.substr(1, each.size() - 2);
    return words;
}

}  // namespace strowger::commands
