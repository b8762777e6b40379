// The words that every benchmark program knows.
#pragma once

#include <cstdio>
#include <optional>
#include <string_view>

namespace bench {

struct options {
    bool quick = false;  // counts for under a minute
    bool json = false;   // one flat object on the last line
};

// Nothing, and a sentence on standard error, for a word that is not known: exit with status 2.
inline std::optional<options> read_options(const char* program, int count, char** words) {
    options out;
    for (int i = 1; i < count; ++i) {
        std::string_view word = words[i];
        if (word != "--quick" && word != "--json") {
            std::fprintf(stderr, "%s: unknown option %s; there are --quick and --json\n", program,
                         words[i]);
            return {};
        }
        (word == "--quick" ? out.quick : out.json) = true;
    }
    return out;
}

}  // namespace bench
