// bench_srtp [--quick] [--json]: mod_srtp's protection beside the packaged libsrtp, suite by suite
// in turn. Exit status 1 when a packet failed, 2 when the packaged side could not be run.
#include "../options.hpp"
#include "report.hpp"
#include "transform.hpp"

#include <unistd.h>

#include <cstdlib>

namespace {

bench::figures measure_ours(const std::string& name, long packets) {
    using namespace strowger;
    auto kernel = srtp::library::start().value();
    const auto& suite = *srtp::find_suite(name);
    auto bytes = bench::key();
    srtp::secret key(std::span<const std::uint8_t>(bytes.data(), suite.secret_size()));
    auto make = [&](srtp::way direction) {
        return srtp::make_transform(srtp::make_context(kernel, suite, key, direction).value());
    };
    auto out = make(srtp::way::protect), in = make(srtp::way::unprotect);
    auto with = [](packet_transform& transform) {
        return [&transform](std::uint8_t* packet, int size) {
            return static_cast<int>(transform.rtp(packet, static_cast<std::size_t>(size)));
        };
    };
    return bench::measure(packets, with(*out), with(*in));
}

// The other program stands beside this one.
std::string packaged_program() {
    std::string path(4096, '\0');
    auto size = readlink("/proc/self/exe", path.data(), path.size());
    path.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return path + "_packaged";
}

bool measure_packaged(const std::string& name, long packets, bench::figures& into) {
    auto line = "'" + packaged_program() + "' " + name + " " + std::to_string(packets);
    auto* pipe = popen(line.c_str(), "r");
    if (!pipe) return false;
    auto read = fscanf(pipe, "%lf %lf %ld %ld", &into.protect_ns, &into.unprotect_ns, &into.offered,
                       &into.completed);
    return pclose(pipe) == 0 && read == 4;
}

}  // namespace

int main(int argc, char** argv) {
    auto asked = bench::read_options("bench_srtp", argc, argv);
    if (!asked) return 2;
    auto [quick, json] = *asked;
    const long packets = quick ? 100000 : 1000000;
    std::vector<bench::row> rows;
    for (const char* suite : bench::suites) {
        bench::row row;
        row.suite = suite;
        row.ours = measure_ours(suite, packets);
        if (!measure_packaged(suite, packets, row.packaged)) {
            std::fprintf(stderr, "bench_srtp: %s does not run\n", packaged_program().c_str());
            return 2;
        }
        rows.push_back(row);
    }
    bench::print_table(rows);
    if (json) bench::print_json(rows);
    return bench::all_completed(rows) ? 0 : 1;
}
