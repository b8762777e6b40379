// bench_bus [--quick] [--json]: facts per second on the bus, and what one costs that nobody wants.
// Exit status 1 when a subscriber missed a fact, 2 for an unknown option.
#include "../options.hpp"
#include "report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace {

using bench::figures;

constexpr std::size_t rounds = 5;

// The middle one of five rounds; the deliveries of all of them count.
figures middle(const std::array<figures, rounds>& tried) {
    std::array<double, rounds> times{};
    figures out;
    for (std::size_t i = 0; i < rounds; ++i) {
        times[i] = tried[i].ns;
        out.offered += tried[i].offered;
        out.completed += tried[i].completed;
    }
    std::sort(times.begin(), times.end());
    out.ns = times[rounds / 2];
    return out;
}

bench::rows measure(long facts) {
    using tries = std::array<figures, rounds>;
    tries module, core, none, one, hundred, named, peer_one, peer_hundred;
    // In turn, so that what else the machine does hits both sides.
    for (std::size_t i = 0; i < rounds; ++i) {
        module[i] = bench::unwanted_in_a_module(facts * 4);
        core[i] = bench::unwanted_in_the_core(facts * 4);
        none[i] = bench::ours(facts * 4, 0);
        one[i] = bench::ours(facts, 1);
        peer_one[i] = bench::signals2(facts, 1);
        named[i] = bench::ours_named(facts / 4);
        hundred[i] = bench::ours(facts / 40, 100);
        peer_hundred[i] = bench::signals2(facts / 40, 100);
    }
    return {middle(module),  middle(core),  middle(none),     middle(one),
            middle(hundred), middle(named), middle(peer_one), middle(peer_hundred)};
}

}  // namespace

int main(int argc, char** argv) {
    auto asked = bench::read_options("bench_bus", argc, argv);
    if (!asked) return 2;
    auto [quick, json] = *asked;
    auto all = measure(quick ? 400'000 : 4'000'000);
    bench::print_table(all);
    if (json) bench::print_json(all);
    return all.completed() == all.offered() && all.offered() != 0 ? 0 : 1;
}
