#include "report.hpp"

#include <cstdio>

namespace bench {

void print_table(const rows& all) {
    std::printf("Modules, ms from the order to its answer (middle of all rounds)\n");
    std::printf("%-14s %9s %9s %9s\n", "module", "load", "reload", "unload");
    for (const auto& each : all.modules)
        std::printf("%-14s %9.2f %9.2f %9.2f\n", each.name.c_str(), each.load_ms, each.reload_ms,
                    each.unload_ms);
    std::printf(
        "a small module loaded and unloaded: %.2f ms a round, resident memory %+.0f KB in "
        "1,000 rounds\n",
        all.small_round_ms, all.rss_growth_kb);
    if (all.completed != all.offered)
        std::printf("%ld of %ld operations failed\n", all.offered - all.completed, all.offered);
}

void print_json(const rows& all) {
    std::printf("{");
    for (const auto& each : all.modules)
        std::printf("\"load_ms_%s\":%.3f,\"reload_ms_%s\":%.3f,\"unload_ms_%s\":%.3f,",
                    each.name.c_str(), each.load_ms, each.name.c_str(), each.reload_ms,
                    each.name.c_str(), each.unload_ms);
    std::printf(
        "\"small_round_ms\":%.3f,\"rss_growth_kb_per_1000_reloads\":%.0f,\"offered\":%ld,"
        "\"completed\":%ld,\"failed\":%ld}\n",
        all.small_round_ms, all.rss_growth_kb, all.offered, all.completed,
        all.offered - all.completed);
}

}  // namespace bench
