#include "log/levels.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <array>

namespace strowger {

namespace {

struct named {
    std::string_view word;
    log_level level;
};
constexpr std::array words{
    named{"console", log_level::alert},   named{"alert", log_level::alert},
    named{"crit", log_level::critical},   named{"critical", log_level::critical},
    named{"err", log_level::error},       named{"error", log_level::error},
    named{"warning", log_level::warning}, named{"notice", log_level::notice},
    named{"info", log_level::info},       named{"debug", log_level::debug},
};

// FreeSWITCH lists every level that is wanted; ours are nested, so the most talkative one counts.
std::optional<log_level> most_talkative(std::string_view list) {
    std::optional<log_level> found;
    while (!list.empty()) {
        auto end = list.find(',');
        auto word = trim(list.substr(0, end));
        list.remove_prefix(end == list.npos ? list.size() : end + 1);
        auto level = iequals(word, "all") ? log_level::debug : parse_log_level(word);
        if (level && (!found || *level > *found)) found = level;
    }
    return found;
}

const config_node* find_mapping(const config_node& within, std::string_view module) {
    for (const auto& node : within.children) {
        if (node.name == "map" && node.attribute_or("name", "") == module) return &node;
        if (const auto* found = find_mapping(node, module)) return found;
    }
    return nullptr;
}

}  // namespace

std::optional<log_level> parse_log_level(std::string_view word) noexcept {
    int number = 0;
    if (parse_number(word, number)) {
        if (number < 0 || number > 7) return std::nullopt;
        return static_cast<log_level>(std::max(number, 1));
    }
    for (const auto& each : words)
        if (iequals(each.word, word)) return each.level;
    return std::nullopt;
}

log_level level_of(const config_snapshot& config, std::string_view module, log_level otherwise) {
    if (const auto* file = config.file("logfile.conf"))
        for (auto name : {module, std::string_view("all")})
            if (const auto* map = find_mapping(*file, name))
                if (auto level = most_talkative(map->attribute_or("value", ""))) return *level;
    const auto* file = config.file("switch.conf");
    const auto* settings = file == nullptr ? nullptr : file->child("settings");
    const auto* param =
        settings == nullptr ? nullptr : settings->child("param", "name", "loglevel");
    if (param != nullptr)
        if (auto level = parse_log_level(param->attribute_or("value", ""))) return *level;
    return otherwise;
}

}  // namespace strowger
