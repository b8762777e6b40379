// One tree with its indexes. Immutable.
#pragma once

#include "config/globals.hpp"

#include <strowger/config.hpp>

#include <string_view>
#include <unordered_map>

namespace strowger {

class tree_snapshot final : public config_snapshot {
public:
    // Sections and files that are there twice, or are unknown, become problems.
    tree_snapshot(config_node root, global_map globals, problems& found);
    tree_snapshot(const tree_snapshot&) = delete;
    tree_snapshot& operator=(const tree_snapshot&) = delete;

    const config_node& root() const noexcept override { return root_; }
    const config_node* section(std::string_view name) const noexcept override;
    const config_node* file(std::string_view name) const noexcept override;
    const std::string* global(std::string_view name) const noexcept override;

private:
    void index_files(const config_node& section, problems& found);
    config_node root_;
    global_map globals_;
    std::unordered_map<std::string_view, const config_node*> sections_, files_;
};

}  // namespace strowger
