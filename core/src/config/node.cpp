// The small functions of the tree: looking things up, writing places and problems as text.
#include <strowger/config.hpp>
#include <strowger/text.hpp>

namespace strowger {

std::string source_ref::text() const {
    if (!file) return {};
    return line == 0 ? *file : cat(*file, ':', line);
}

const std::string* config_node::attribute(std::string_view key) const noexcept {
    for (const auto& [known, value] : attributes)
        if (known == key) return &value;
    return nullptr;
}

std::string_view config_node::attribute_or(std::string_view key,
                                           std::string_view otherwise) const noexcept {
    const auto* value = attribute(key);
    return value ? std::string_view(*value) : otherwise;
}

const config_node* config_node::child(std::string_view tag) const noexcept {
    for (const auto& node : children)
        if (node.name == tag) return &node;
    return nullptr;
}

const config_node* config_node::child(std::string_view tag, std::string_view key,
                                      std::string_view value) const noexcept {
    for (const auto& node : children) {
        if (node.name != tag) continue;
        const auto* found = node.attribute(key);
        if (found && *found == value) return &node;
    }
    return nullptr;
}

std::string to_string(const problem& what) {
    std::string_view level = what.level == severity::notice    ? "notice: "
                             : what.level == severity::warning ? "warning: "
                                                               : "error: ";
    auto where = what.where.text();
    return where.empty() ? cat(level, what.text) : cat(level, where, ": ", what.text);
}

}  // namespace strowger
