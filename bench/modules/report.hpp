// What the benchmark prints.
#pragma once

#include <string>
#include <vector>

namespace bench {

// Times are the middle ones of all rounds.
struct module_row {
    std::string name;
    double load_ms = 0, reload_ms = 0, unload_ms = 0;
};

struct rows {
    std::vector<module_row> modules;
    double small_round_ms = 0;        // load and unload
    double rss_growth_kb = 0;         // over a thousand rounds
    long offered = 0, completed = 0;  // operations
};

void print_table(const rows& all);
// One flat object on one line.
void print_json(const rows& all);

}  // namespace bench
