// Golden text: cases in a file, each "=== name", input, a line "---", expected output. Lines before
// the first case are for readers. People who write no C++ can add cases.
#pragma once

#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace strowger::testing {

struct golden_case {
    std::string name;
    std::string input;   // without the last line end
    std::string output;  // the same
};

// How GoogleTest writes one.
inline void PrintTo(const golden_case& which, std::ostream* out) { *out << which.name; }

// `path` below tests/data. Throws when there is no such file or no case in it.
inline std::vector<golden_case> read_golden(const std::string& path) {
    std::ifstream file(STROWGER_SOURCE_DIR "/tests/data/" + path);
    if (!file) throw std::runtime_error("no golden file " + path);
    std::vector<golden_case> cases;
    bool after_dashes = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("=== ")) {
            cases.push_back({line.substr(4), {}, {}});
            after_dashes = false;
        } else if (!cases.empty() && !after_dashes && line == "---") {
            after_dashes = true;
        } else if (!cases.empty()) {
            auto& into = after_dashes ? cases.back().output : cases.back().input;
            into += line + '\n';
        }
    }
    auto trim_end = [](std::string& text) {
        while (text.ends_with('\n')) text.pop_back();
    };
    for (auto& each : cases) {
        trim_end(each.input);
        trim_end(each.output);
    }
    if (cases.empty()) throw std::runtime_error("no case in golden file " + path);
    return cases;
}

}  // namespace strowger::testing
