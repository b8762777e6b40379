#include "runtime/command_line.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <array>

namespace strowger {

namespace {

struct text_option {
    std::string_view word;
    std::string& (*where)(command_line&);
};

constexpr std::array text_options{
    text_option{"-base", [](command_line& line) -> std::string& { return line.at.base; }},
    text_option{"-conf", [](command_line& line) -> std::string& { return line.at.conf; }},
    text_option{"-certs", [](command_line& line) -> std::string& { return line.at.certs; }},
    text_option{"-log", [](command_line& line) -> std::string& { return line.at.log; }},
    text_option{"-db", [](command_line& line) -> std::string& { return line.at.db; }},
    text_option{"-mod", [](command_line& line) -> std::string& { return line.at.mod; }},
    text_option{"-run", [](command_line& line) -> std::string& { return line.at.run; }},
    text_option{"-sounds", [](command_line& line) -> std::string& { return line.at.sounds; }},
    text_option{"-recordings",
                [](command_line& line) -> std::string& { return line.at.recordings; }},
    text_option{"-u", [](command_line& line) -> std::string& { return line.user; }},
    text_option{"-g", [](command_line& line) -> std::string& { return line.group; }},
};

constexpr std::array<std::string_view, 9> plain_options{"-nc",    "-nf",  "-c", "-stop", "-version",
                                                        "-check", "-set", "-h", "-help"};

error unknown(const std::string& word) {
    std::vector<std::string_view> all(plain_options.begin(), plain_options.end());
    for (const auto& each : text_options) all.push_back(each.word);
    auto near = nearest(word, all);
    return fail(errc::invalid_argument,
                cat("unknown option \"", word, "\"", near.empty() ? "" : "; did you mean ", near,
                    near.empty() ? "" : "?"));
}

result<void> set_override(command_line& line, const std::string& text) {
    auto equals = text.find('=');
    if (equals == text.npos || equals == 0)
        return fail(errc::invalid_argument,
                    cat("-set wants name=value, as -set domain=example.com; \"", text,
                        "\" has no name or no \"=\""));
    line.overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    return {};
}

// A word after an option is never taken for its value when it is itself an option.
bool is_value(const std::vector<std::string>& words, std::size_t at) {
    return at < words.size() && !words[at].empty() && words[at][0] != '-';
}

}  // namespace

result<command_line> parse_command_line(const std::vector<std::string>& words) {
    using action = command_line::action;
    command_line line;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        auto text = std::find_if(text_options.begin(), text_options.end(),
                                 [&](const auto& each) { return each.word == word; });
        if (text != text_options.end()) {
            if (!is_value(words, i + 1))
                return fail(errc::invalid_argument, cat("the value after ", word, " is missing"));
            text->where(line) = words[++i];
        } else if (word == "-set") {
            if (!is_value(words, i + 1))
                return fail(errc::invalid_argument, "name=value is missing after -set");
            auto set = set_override(line, words[++i]);
            if (!set) return set.error();
        } else if (word == "-nc") {
            line.no_console = true;
        } else if (word == "-nf") {
            line.no_fork = true;
        } else if (word == "-c") {
            line.no_console = false;
        } else if (word == "-stop") {
            line.what = action::stop;
        } else if (word == "-version") {
            line.what = action::version;
        } else if (word == "-check") {
            line.what = action::check;
        } else if (word == "-h" || word == "-help" || word == "--help") {
            line.what = action::help;
        } else {
            return unknown(word);
        }
    }
    return line;
}

std::string_view usage() noexcept {
    return R"(usage: strowger [options]
  -conf DIR          configuration (strowger.xml, else freeswitch.xml, is read there)
  -certs DIR         certificates and keys (without it: ssl in the configuration's folder)
  -db DIR            databases
  -log DIR           log files
  -mod DIR           modules
  -run DIR           pid file, socket and private copies of modules
  -sounds DIR        sound files
  -recordings DIR    recordings
  -base DIR          all of these are below it unless given, but for modules
  -set NAME=VALUE    sets a global, whatever vars.xml says; may be repeated
  -u USER -g GROUP   becomes this user and group when everything has started
  -c                 in the foreground, with the log on the terminal (the default)
  -nc                no console: goes to the background when everything has started
  -nf                with -nc: stays in the foreground
  -check             says what is wrong with the configuration, and exits
  -stop              stops the one that runs with this run directory
  -version           says which version this is
)";
}

core_directories with_defaults(core_directories at, const std::string& prefix) {
    bool based = !at.base.empty();
    if (!based) at.base = prefix;
    auto fill = [&](std::string& which, std::string_view below_base,
                    std::string_view below_prefix) {
        if (which.empty())
            which = based ? cat(at.base, "/", below_base) : cat(prefix, "/", below_prefix);
    };
    fill(at.conf, "conf", "share/strowger/conf");
    if (at.certs.empty()) at.certs = at.conf + "/ssl";  // where gentls_cert puts them
    fill(at.log, "log", "var/log");
    fill(at.db, "db", "var/db");
    fill(at.run, "run", "var/run");
    fill(at.sounds, "sounds", "share/strowger/sounds");
    fill(at.recordings, "recordings", "var/recordings");
    if (at.mod.empty()) at.mod = prefix + "/lib/strowger/modules";
    return at;
}

}  // namespace strowger
