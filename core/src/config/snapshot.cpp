#include "config/snapshot.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace strowger {

namespace {

constexpr std::array<std::string_view, 3> built{"configuration", "dialplan", "directory"};
constexpr std::array<std::string_view, 3> foreign{"chatplan", "languages", "phrases"};

const config_node* at(const std::unordered_map<std::string_view, const config_node*>& index,
                      std::string_view name) noexcept {
    auto found = index.find(name);
    return found == index.end() ? nullptr : found->second;
}

}  // namespace

tree_snapshot::tree_snapshot(config_node root, global_map globals, problems& found)
    : root_(std::move(root)), globals_(std::move(globals)) {
    root_.each("section", [&](const config_node& section) {
        auto name = section.attribute_or("name", {});
        if (!sections_.emplace(name, &section).second) {
            found.push_back({severity::warning, section.where,
                             cat("a second <section name=\"", name,
                                 "\"> is not read; expected one, "
                                 "as at ",
                                 sections_[name]->where.text())});
            return;
        }
        if (name == "configuration") index_files(section, found);
        if (std::find(built.begin(), built.end(), name) != built.end()) return;
        bool known = std::find(foreign.begin(), foreign.end(), name) != foreign.end();
        auto near = nearest(name, built);
        found.push_back({known ? severity::notice : severity::warning, section.where,
                         known ? cat("not built yet: <section name=\"", name, "\"> is not read")
                               : cat("there is no section \"", name, "\"",
                                     near.empty() ? "" : cat(" (did you mean \"", near, "\"?)"),
                                     "; expected configuration, dialplan or directory")});
    });
    for (const auto& node : root_.children)
        if (node.name != "section")
            found.push_back({severity::warning, node.where,
                             cat('<', node.name,
                                 "> stands outside every section and is not read; "
                                 "expected it in a <section>")});
}

void tree_snapshot::index_files(const config_node& section, problems& found) {
    section.each("configuration", [&](const config_node& file) {
        auto name = file.attribute_or("name", {});
        if (name.empty())
            found.push_back({severity::warning, file.where,
                             "a <configuration> without a name is not read; expected "
                             "name=\"….conf\""});
        else if (!files_.emplace(name, &file).second)
            found.push_back({severity::warning, file.where,
                             cat("a second <configuration name=\"", name,
                                 "\"> is not read; the one "
                                 "at ",
                                 files_[name]->where.text(), " counts")});
    });
}

const config_node* tree_snapshot::section(std::string_view name) const noexcept {
    return at(sections_, name);
}

const config_node* tree_snapshot::file(std::string_view name) const noexcept {
    return at(files_, name);
}

const std::string* tree_snapshot::global(std::string_view name) const noexcept {
    auto found = globals_.find(name);
    return found == globals_.end() ? nullptr : &found->second;
}

}  // namespace strowger
