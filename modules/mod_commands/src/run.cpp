#include "commands.hpp"
#include "screen.hpp"
#include "syntax.hpp"

#include <strowger/text.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>

namespace strowger::commands {

namespace asio = boost::asio;

namespace {

bool is_cancellation(const std::exception& thrown) {
    const auto* error = dynamic_cast<const boost::system::system_error*>(&thrown);
    return error && error->code() == asio::error::operation_aborted;
}

std::optional<syntax> syntax_of(context& core, const command& which) {
    std::string problem;
    auto parsed = syntax::parse(which.syntax, problem);
    if (!parsed)
        core.log().debug("The words of '", which.name, "' are not checked: its syntax '",
                         which.syntax, "' cannot be read: ", problem);
    return parsed;
}

// Empty, or what is wrong with the words that a command is given.
std::string wrong_words(context& core, const command& which, std::string_view args) {
    auto rules = syntax_of(core, which);
    return rules ? rules->check(which.name, split_words(args)) : std::string();
}

task<command_reply> begin(const command& which, command_request request, std::size_t width) {
    const on_screen shown(width);
    return which.run(std::move(request));
}

command_reply answer(const command& which, const command_request& request, std::size_t width) {
    const on_screen shown(width);
    return which.answer(request);
}

}  // namespace

task<command_reply> run_line(context& core, std::string line, std::size_t width) {
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
    auto wrong = wrong_words(core, *found, request.args);
    if (!wrong.empty()) co_return command_error(std::move(wrong));
    bool cut_short = false;
    std::string why;
    try {
        if (found->answer) co_return answer(*found, request, width);
        auto work = begin(*found, std::move(request), width);
        auto reply = co_await std::move(work);
        co_return reply;
    } catch (const std::exception& thrown) {
        cut_short = is_cancellation(thrown);
        why = thrown.what();
    }
    if (cut_short) {
        // Who waits for this line was cancelled, or only something that the command waited for.
        auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        why = "what it waited for was cancelled; perhaps its module is stopping";
    }
    core.log().error("Command '", name, "' failed: ", why);
    co_return command_error(cat("'", name, "' failed: ", why));
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
        if (!which) return found;
        if (auto rules = syntax_of(core, *which)) found = rules->next(split_words(args));
        if (which->complete)
            for (auto& each : which->complete(args))
                if (std::ranges::find(found, each) == found.end()) found.push_back(std::move(each));
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
