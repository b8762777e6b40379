// X-PRE-PROCESS: set, env-set and include; what runs programs is refused.
#include "config/place.hpp"
#include "config/reader.hpp"

#include <strowger/text.hpp>

#include <glob.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <pugixml.hpp>
#include <utility>

namespace strowger {

namespace {

constexpr std::array<std::string_view, 6> known_commands{"set",      "include",  "env-set",
                                                         "exec-set", "stun-set", "exec"};

// "name=value", blanks around both taken off. False when there is no "=" or no name.
bool split(std::string_view data, std::string& name, std::string& value) {
    auto equals = data.find('=');
    if (equals == data.npos) return false;
    name = trim(data.substr(0, equals));
    value = trim(data.substr(equals + 1));
    return !name.empty();
}

// A folder that is not there matches nothing; one that cannot be read ends the listing.
int unreadable_folder(const char*, int reason) { return reason != ENOENT && reason != ENOTDIR; }

struct globbed {
    glob_t list{};
    int outcome;
    explicit globbed(const std::string& pattern)
        : outcome(::glob(pattern.c_str(), 0, &unreadable_folder, &list)) {}
    globbed(const globbed&) = delete;
    globbed& operator=(const globbed&) = delete;
    ~globbed() { ::globfree(&list); }
};

}  // namespace

void config_reader::directive(const pugi::xml_node& node, const place& in, config_node& into) {
    auto offset = node.offset_debug();
    auto where = in.file.at(offset < 0 ? 0 : static_cast<std::size_t>(offset));
    std::string cmd = node.attribute("cmd").value();
    if (!node.attribute("cmd") || !node.attribute("data")) {
        say(severity::error, where, "expected <X-PRE-PROCESS cmd=\"…\" data=\"…\"/>");
        return;
    }
    if (cmd == "exec" || cmd == "exec-set") {
        say(severity::error, where,
            cat("cmd=\"", cmd,
                "\" would run a program and is refused; expected the value itself, "
                "with cmd=\"set\""));
        return;
    }
    auto data = replaced(node.attribute("data").value(), where);
    if (cmd == "set") {
        set(data, where);
    } else if (cmd == "include") {
        include(data, in, where, into);
    } else if (cmd == "env-set") {
        set_from_environment(data, where);
    } else if (cmd == "stun-set") {
        set_later(data, where);
    } else {
        auto near = nearest(cmd, known_commands);
        say(severity::error, where,
            cat("there is no cmd=\"", cmd, "\"",
                near.empty() ? std::string() : cat(" (did you mean \"", near, "\"?)"),
                "; expected set, include or env-set"));
    }
}

void config_reader::set(const std::string& data, const source_ref& where) {
    std::string name, value;
    if (!split(data, name, value))  // never shown: it may be a password
        say(severity::error, where, "cmd=\"set\" without a name; expected data=\"name=value\"");
    else
        assign(std::move(name), std::move(value), where);
}

void config_reader::set_from_environment(const std::string& data, const source_ref& where) {
    std::string name, variable;
    if (!split(data, name, variable)) {
        say(severity::error, where,
            "cmd=\"env-set\" without a name; expected data=\"name=$VARIABLE\"");
        return;
    }
    if (variable.starts_with('$')) variable.erase(0, 1);
    const char* value = std::getenv(variable.c_str());
    if (!value)
        say(severity::warning, where,
            cat("the environment has no ", variable, "; ", name, " is empty"));
    assign(std::move(name), value ? value : "", where);
}

void config_reader::set_later(const std::string& data, const source_ref& where) {
    std::string name, server;
    if (!split(data, name, server)) {
        say(severity::error, where,
            "cmd=\"stun-set\" without a name; expected data=\"name=stun:host\"");
        return;
    }
    say(severity::notice, where,
        cat("not built yet: stun-set would ask a server for the public address; ", name,
            " is empty. Expected, until then, cmd=\"set\" data=\"", name,
            "=your public address\""));
    assign(std::move(name), {}, where);
}

void config_reader::assign(std::string name, std::string value, const source_ref& where) {
    if (fixed_.contains(name)) return;  // -set is stronger than the files
    if (value.size() > limits_.value) {
        say(severity::error, where,
            cat("the value of ", name, " is longer than ", limits_.value, " bytes"));
        return;
    }
    globals_.insert_or_assign(std::move(name), std::move(value));
}

void config_reader::include(const std::string& data, const place& in, const source_ref& where,
                            config_node& into) {
    if (data.empty()) {
        say(severity::error, where, "cmd=\"include\" names no file; expected data=\"file.xml\"");
        return;
    }
    auto pattern = data.front() == '/' ? data : cat(in.folder, '/', data);
    if (data.find_first_of("*?[") == data.npos) {
        read_file(pattern, where, into, in.include_depth + 1);
        return;
    }
    // glob() sorts by the bytes of the names in the locale "C", which the program runs in.
    globbed files(pattern);
    if (files.outcome == GLOB_NOMATCH) {
        say(severity::notice, where, cat("no file matches ", data));
        return;
    }
    if (files.outcome != 0) {
        say(severity::error, where,
            cat("the files of ", data, " cannot be listed",
                files.outcome == GLOB_ABORTED ? ": a folder in it cannot be read" : ""));
        return;
    }
    for (std::size_t i = 0; i < files.list.gl_pathc && !stopped_; ++i)
        read_file(files.list.gl_pathv[i], where, into, in.include_depth + 1);
}

}  // namespace strowger
