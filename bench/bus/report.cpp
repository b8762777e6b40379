#include "report.hpp"

#include <cstdio>

namespace bench {

namespace {

double per_second(const figures& what) { return what.ns > 0 ? 1e9 / what.ns : 0; }
double ratio(const figures& peer, const figures& mine) {
    return mine.ns > 0 ? peer.ns / mine.ns : 0;
}

}  // namespace

long rows::offered() const {
    return one.offered + hundred.offered + named.offered + peer_one.offered + peer_hundred.offered;
}

long rows::completed() const {
    return one.completed + hundred.completed + named.completed + peer_one.completed +
           peer_hundred.completed;
}

void print_table(const rows& all) {
    auto line = [](const char* what, const figures& mine, const figures* peer) {
        std::printf("%-38s %10.1f %12.0f", what, mine.ns, per_second(mine));
        if (peer) std::printf(" %10.1f %7.2f", peer->ns, ratio(*peer, mine));
        std::printf("\n");
    };
    std::printf("The event bus, CPU time per fact (Signals2: Boost's, without its lock)\n");
    std::printf("%-38s %10s %12s %10s %7s\n", "", "ns", "facts/s", "Signals2", "ratio");
    line("nobody wants it, from a module", all.unwanted_module, nullptr);
    line("nobody wants it, from the core", all.unwanted_core, nullptr);
    line("no subscriber, a fact of four members", all.none, nullptr);
    line("1 subscriber", all.one, &all.peer_one);
    line("1 subscriber by name, ten fields read", all.named, nullptr);
    line("100 subscribers", all.hundred, &all.peer_hundred);
}

void print_json(const rows& all) {
    std::printf(
        "{\"ns_per_unwanted_fact\":%.2f,\"ns_per_unwanted_fact_core\":%.2f,"
        "\"facts_per_s_0\":%.0f,\"facts_per_s_1\":%.0f,\"facts_per_s_100\":%.0f,"
        "\"facts_per_s_named_1\":%.0f,\"ratio_signals2_1\":%.3f,\"ratio_signals2_100\":%.3f,"
        "\"offered\":%ld,\"completed\":%ld,\"failed\":%ld}\n",
        all.unwanted_module.ns, all.unwanted_core.ns, per_second(all.none), per_second(all.one),
        per_second(all.hundred), per_second(all.named), ratio(all.peer_one, all.one),
        ratio(all.peer_hundred, all.hundred), all.offered(), all.completed(),
        all.offered() - all.completed());
}

}  // namespace bench
