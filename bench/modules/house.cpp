#include "house.hpp"

#include <strowger/text.hpp>

#include <boost/asio/co_spawn.hpp>

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace bench {

namespace {

namespace fs = std::filesystem;
using namespace strowger;
using real = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{20};

// Nobody else's in this machine: the standard ports can be used on it.
std::string own_loopback() {
    auto id = static_cast<unsigned>(::getpid());
    return cat("127.", 100 + id % 100, '.', id / 100 % 250, ".9");
}

core_options options_in(const std::string& base, const std::string& modules) {
    for (const auto* each : {"run", "log", "db", "certs"})
        fs::create_directories(base + "/" + each);
    fs::copy(BENCH_CONF, base + "/conf", fs::copy_options::recursive);
    std::ofstream(base + "/conf/private.xml")
        << "<include><X-PRE-PROCESS cmd=\"set\" data=\"default_password=of-this-bench\"/>"
           "</include>";
    core_options options;
    options.at.base = base;
    options.at.conf = base + "/conf";
    options.at.certs = base + "/certs";
    options.at.log = base + "/log";
    options.at.db = base + "/db";
    options.at.run = base + "/run";
    options.at.mod = modules;
    options.console = false;
    // TLS wants certificates; how long a module takes does not hang on them.
    options.overrides = {{"local_ip_v4", own_loopback()},
                         {"domain", own_loopback()},
                         {"internal_ssl_enable", "false"},
                         {"external_ssl_enable", "false"}};
    return options;
}

}  // namespace

house::house(const std::string& modules) {
    std::string name = fs::temp_directory_path() / "strowger-bench-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("no temporary folder can be made");
    base_ = name;
    pbx_.emplace(options_in(base_, modules));
    problems found;
    if (auto read = pbx_->configure(found); !read) throw std::runtime_error(read.error().text);
}

house::~house() {
    pbx_->shutdown();
    if (!pbx_->run()) {
        // What is still mapped cannot be destroyed under.
        std::fprintf(stderr, "bench_modules: the core did not end in order\n");
        std::_Exit(1);
    }
    pbx_.reset();
    fs::remove_all(base_);
}

bool house::run_until(const std::function<bool()>& met) {
    auto deadline = real::now() + patience;
    while (!met()) {
        if (real::now() > deadline) return false;
        pbx_->loop().run_one_for(std::chrono::milliseconds(5));
    }
    return true;
}

taken_ms house::timed(const char* what, const std::string& module, task<result<void>> work) {
    auto outcome = std::make_shared<std::optional<result<void>>>();
    auto begun = real::now();
    boost::asio::co_spawn(pbx_->loop(), std::move(work),
                          [outcome](std::exception_ptr thrown, result<void> value) {
                              if (thrown)
                                  *outcome = result<void>(fail(errc::internal, "it threw"));
                              else
                                  *outcome = std::move(value);
                          });
    bool over = run_until([&] { return outcome->has_value(); });
    std::chrono::duration<double, std::milli> took = real::now() - begun;
    if (over && (*outcome)->has_value()) return took.count();
    std::fprintf(stderr, "bench_modules: %s %s: %s\n", what, module.c_str(),
                 over ? (*outcome)->error().text.c_str() : "it never answered");
    return {};
}

taken_ms house::load(const std::string& module) {
    return timed("load", module, pbx_->modules().load(module));
}

taken_ms house::unload(const std::string& module) {
    return timed("unload", module, pbx_->modules().unload(module, false, patience));
}

taken_ms house::reload(const std::string& module) {
    return timed("reload", module, pbx_->modules().reload(module, false, patience));
}

bool house::settle() {
    return run_until([this] {
        auto rows = pbx_->modules().list();
        return std::all_of(rows.begin(), rows.end(),
                           [](const auto& row) { return row.state == "running"; });
    });
}

// VmRSS of /proc/self/status is an estimate: off by some hundred KiB with several processors.
long resident_kb() {
    std::ifstream file("/proc/self/smaps_rollup");
    std::string line;
    while (std::getline(file, line)) {
        long kb = 0;
        if (line.rfind("Rss:", 0) == 0 && std::sscanf(line.c_str(), "Rss: %ld", &kb) == 1)
            return kb;
    }
    throw std::runtime_error("/proc/self/smaps_rollup says no Rss");
}

}  // namespace bench
