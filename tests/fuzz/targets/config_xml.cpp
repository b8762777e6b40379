// A whole configuration: strowger.xml, and after lines of "@@" more.xml and third.xml, which it may
// include. Read as at a start, then given to all who check a tree.
#include "../target.hpp"

#include "config/directory_check.hpp"
#include "config/reader.hpp"
#include "config/snapshot.hpp"
#include "config/switch_check.hpp"
#include "plan.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

namespace strowger {
namespace {

// In memory where there is such a folder; gone with the program.
class folder {
public:
    folder() {
        path_ = std::filesystem::exists("/dev/shm") ? "/dev/shm/strowger-fuzz-XXXXXX"
                                                    : "/tmp/strowger-fuzz-XXXXXX";
        if (!::mkdtemp(path_.data())) std::abort();
    }
    ~folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    const std::string& path() const noexcept { return path_; }
    void write(const char* name, std::string_view text) const {
        auto file =
            ::open((path_ + "/" + name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (file < 0 || ::write(file, text.data(), text.size()) < 0) std::abort();
        ::close(file);
    }

private:
    std::string path_;
};

std::size_t count_nodes(const config_node& of, int depth) {
    STROWGER_PROMISE(depth <= 260);
    STROWGER_PROMISE(!of.name.empty());
    std::size_t all = 1;
    for (const auto& each : of.children) all += count_nodes(each, depth + 1);
    return all;
}

void read_params(const config_node& of, problems& found) {
    static const std::vector<param_spec> specs{
        {"name", param_type::text, "x"},
        {"port", param_type::port, "5060"},
        {"wait", param_type::duration_ms, "100", 0, 1000},
        {"on", param_type::boolean, "true"},
        {"way", param_type::choice, "a", 0, 0, "a|b|c"},
        {"ip", param_type::address, "192.0.2.1"},
    };
    param_set params(of, specs, found);
    STROWGER_PROMISE(params.integer("port") >= 0 && params.integer("port") <= 65535);
    STROWGER_PROMISE(params.integer("wait") >= 0 && params.integer("wait") <= 1000);
    (void)params.boolean("on");
    (void)params.text("ip");
    for (const auto& each : of.children) read_params(each, found);
}

}  // namespace

STROWGER_FUZZ_TARGET(config_xml) {
    // Nothing outside the folder, which would not be the same on every machine.
    if (bytes.find("..") != bytes.npos || bytes.find("\"/") != bytes.npos || bytes.size() > 65536)
        return;
    static const folder conf;
    constexpr std::array<const char*, 3> names{"strowger.xml", "more.xml", "third.xml"};
    for (const auto* name : names) {
        auto end = std::min(bytes.find("\n@@\n"), bytes.size());
        conf.write(name, bytes.substr(0, end));
        bytes.remove_prefix(std::min(end + 4, bytes.size()));
    }
    problems found;
    global_map globals{{"domain", "example.com"}};
    const std::set<std::string> fixed{"fixed"};
    read_limits limits;
    limits.bytes = 200'000;
    limits.files = 20;
    limits.value = 2000;
    limits.include_depth = 5;
    auto root = config_reader(conf.path(), globals, fixed, found, limits).read();
    STROWGER_PROMISE(found.size() <= 1001);
    for (const auto& each : found) STROWGER_PROMISE(!to_string(each).empty());
    if (root.name.empty()) {
        STROWGER_PROMISE(!found.empty());
        return;
    }
    STROWGER_PROMISE(root.name == "document" && count_nodes(root, 0) < 1'000'000);
    tree_snapshot tree(std::move(root), globals, found);
    check_directory(tree.section("directory"), found);
    check_switch(tree, found);
    if (const auto* section = tree.section("configuration")) read_params(*section, found);
    STROWGER_PROMISE(dialplan_xml::compile_plan(tree.section("dialplan"), found) != nullptr);
}

}  // namespace strowger
