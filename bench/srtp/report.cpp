#include "report.hpp"

namespace bench {

double row::ratio() const {
    auto mine = ours.protect_ns + ours.unprotect_ns;
    return mine > 0 ? (packaged.protect_ns + packaged.unprotect_ns) / mine : 0;
}

void print_table(const std::vector<row>& rows) {
    std::printf("SRTP, %d octets of payload, CPU ns per packet (protect / unprotect)\n", payload);
    std::printf("%-26s %18s %18s %7s\n", "suite", "mod_srtp", "packaged", "ratio");
    for (const auto& each : rows)
        std::printf("%-26s %8.0f / %7.0f %8.0f / %7.0f %7.2f\n", each.suite.c_str(),
                    each.ours.protect_ns, each.ours.unprotect_ns, each.packaged.protect_ns,
                    each.packaged.unprotect_ns, each.ratio());
}

void print_json(const std::vector<row>& rows) {
    long offered = 0, completed = 0;
    std::printf("{");
    for (const auto& each : rows) {
        std::printf("\"ratio_%s\":%.3f,\"protect_ns_%s\":%.1f,\"unprotect_ns_%s\":%.1f,",
                    each.suite.c_str(), each.ratio(), each.suite.c_str(), each.ours.protect_ns,
                    each.suite.c_str(), each.ours.unprotect_ns);
        offered += each.ours.offered + each.packaged.offered;
        completed += each.ours.completed + each.packaged.completed;
    }
    std::printf("\"offered\":%ld,\"completed\":%ld,\"failed\":%ld}\n", offered, completed,
                offered - completed);
}

bool all_completed(const std::vector<row>& rows) {
    for (const auto& each : rows)
        if (each.ours.completed != each.ours.offered ||
            each.packaged.completed != each.packaged.offered || each.ours.offered == 0)
            return false;
    return true;
}

}  // namespace bench
