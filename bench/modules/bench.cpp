// bench_modules [--quick] [--json]: load, reload and unload of every module of the product, and
// what a thousand rounds of a small one leave in memory. Exit status 1 when an operation failed, 2
// for an unknown option.
#include "../options.hpp"
#include "house.hpp"
#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace {

constexpr int warm_up = 50, small_rounds = 1000;

double middle(std::vector<double> values) {
    if (values.empty()) return 0;
    auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

// Counts an operation, and notes its time when it succeeded.
bool note(bench::rows& all, const bench::taken_ms& took, std::vector<double>& times) {
    ++all.offered;
    if (!took) return false;
    ++all.completed;
    times.push_back(*took);
    return true;
}

void measure_module(bench::house& at, const std::string& name, int rounds, bench::rows& all) {
    std::vector<double> load, reload, unload;
    for (int i = 0; i < rounds; ++i) {
        if (!note(all, at.load(name), load)) break;
        bool replaced = note(all, at.reload(name), reload);
        // The generation before ends beside the new one; its end is not part of the next figure.
        if (!at.settle() || !note(all, at.unload(name), unload) || !replaced) break;
    }
    all.modules.push_back({name, middle(load), middle(reload), middle(unload)});
}

void measure_small(bench::rows& all) {
    bench::house at(BENCH_SMALL);
    std::vector<double> times;
    auto round = [&] {
        std::vector<double> both;
        if (!note(all, at.load("mod_small"), both) || !note(all, at.unload("mod_small"), both))
            return false;
        times.push_back(both[0] + both[1]);
        return true;
    };
    for (int i = 0; i < warm_up; ++i)
        if (!round()) return;
    times.clear();
    auto before = bench::resident_kb();
    for (int i = 0; i < small_rounds; ++i)
        if (!round()) return;
    all.rss_growth_kb = static_cast<double>(bench::resident_kb() - before);
    all.small_round_ms = middle(times);
}

}  // namespace

int main(int argc, char** argv) {
    auto asked = bench::read_options("bench_modules", argc, argv);
    if (!asked) return 2;
    auto [quick, json] = *asked;
    bench::rows all;
    try {
        {
            bench::house at(BENCH_MODULES);
            std::istringstream names(BENCH_SHIPPED);
            for (std::string name; names >> name;) measure_module(at, name, quick ? 5 : 25, all);
        }
        measure_small(all);
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "bench_modules: %s\n", failed.what());
        return 1;
    }
    bench::print_table(all);
    if (json) bench::print_json(all);
    return all.completed == all.offered && all.offered != 0 ? 0 : 1;
}
