// What modules.conf.xml names, in an order in which every need comes first.
#include "loader/loader.hpp"

#include "log/problems.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger {

namespace {

struct wanted_module {
    std::string name;
    bool critical;
    source_ref where;
};

std::vector<wanted_module> wanted_modules(const config_snapshot& config) {
    std::vector<wanted_module> found;
    const auto* file = config.file("modules.conf");
    const auto* modules = file == nullptr ? nullptr : file->child("modules");
    if (modules == nullptr) return found;
    modules->each("load", [&](const config_node& node) {
        std::string name(node.attribute_or("module", ""));
        if (name.empty()) return;  // told by check_file()
        bool twice = std::any_of(found.begin(), found.end(),
                                 [&](const auto& each) { return each.name == name; });
        if (!twice) found.push_back({name, is_true(node.attribute_or("critical", "")), node.where});
    });
    return found;
}

const std::vector<param_spec>& settings_specs() {
    static const std::vector<param_spec> specs{
        {.name = "allow-absolute-paths",
         .type = param_type::boolean,
         .otherwise = "false",
         .help = "may modules be loaded from outside the module directory?"}};
    return specs;
}

// What FreeSWITCH's reader would pass over in silence: a word misspelt is a module that is missing.
void check_file(const config_snapshot& config, problems& found) {
    const auto* file = config.file("modules.conf");
    if (file == nullptr) return;
    if (const auto* settings = file->child("settings"))
        param_set(*settings, settings_specs(), found);
    const auto* modules = file->child("modules");
    if (modules == nullptr) return;
    auto warn = [&](const config_node& where, std::string text) {
        found.push_back({severity::warning, where.where, std::move(text)});
    };
    for (const auto& each : modules->children) {
        if (each.name != "load") {
            warn(each, cat("<", each.name, "> is not known here; expected <load module=\"…\"/>"));
            continue;
        }
        if (each.attribute_or("module", "").empty())
            warn(each, "<load> names no module; expected <load module=\"mod_…\"/>");
        for (const auto& [name, value] : each.attributes)
            if (name != "module" && name != "critical")
                warn(each,
                     cat("<load> has no attribute \"", name, "\"; expected module, critical"));
    }
}

std::vector<std::string> names_of(const std::vector<wanted_module>& wanted) {
    std::vector<std::string> names;
    for (const auto& each : wanted) names.push_back(each.name);
    return names;
}

}  // namespace

bool loader::paths_allowed() const {
    auto config = shared_.config.current();
    const auto* file = config ? config->file("modules.conf") : nullptr;
    const auto* settings = file != nullptr ? file->child("settings") : nullptr;
    problems told;
    return settings != nullptr &&
           param_set(*settings, settings_specs(), told).boolean("allow-absolute-paths");
}

// `path` is the chain of modules that are being loaded because one needs the next.
result<void> loader::autoload_one(const std::string& name, const std::vector<std::string>& wanted,
                                  std::vector<std::string>& path) {
    if (running(name)) return {};
    if (std::find(path.begin(), path.end(), name) != path.end())
        return fail(errc::invalid_argument, cat(name, " needs itself, through ", path.back()));
    auto file = find_file(name);
    if (!file) return file.error();
    auto fetched = fetch(file->name, file->file);
    if (!fetched) return fetched.error();
    path.push_back(name);
    for (const auto& need : fetched->about.needs) {
        if (std::find(wanted.begin(), wanted.end(), need) == wanted.end()) continue;
        if (auto loaded = autoload_one(need, wanted, path); !loaded) return loaded;
    }
    path.pop_back();
    auto started = start_new(std::move(*fetched));
    if (!started) return started.error();
    return {};
}

result<void> loader::autoload(const config_snapshot& config) {
    problems told;
    check_file(config, told);
    write_problems(log_, told);
    auto wanted = wanted_modules(config);
    auto names = names_of(wanted);
    if (wanted.empty())
        log_.warning("no module is loaded: modules.conf.xml names none (<load module=\"…\"/>)");
    result<void> outcome;
    for (const auto& each : wanted) {
        std::vector<std::string> path;
        auto loaded = autoload_one(each.name, names, path);
        if (loaded) continue;
        if (each.critical && outcome)
            outcome =
                fail(loaded.error().code, cat(each.where.text(), ": the critical module ",
                                              each.name, " was not loaded: ", loaded.error().text));
        else
            log_.error(each.where.text(), ": ", each.name,
                       " was not loaded: ", loaded.error().text);
    }
    return outcome;
}

void loader::check_running(const config_snapshot& config, problems& found) {
    check_file(config, found);
    auto now = all_;  // a check may load nothing, but it is not our code
    for (const auto& each : now) {
        if (each->now != generation::phase::running) continue;
        auto checked = each->check(config, found);
        if (!checked) found.push_back({severity::error, {}, checked.error().text});
    }
}

void loader::check_all(const config_snapshot& config, problems& found) {
    check_file(config, found);
    auto wanted = wanted_modules(config);
    auto names = names_of(wanted);
    for (const auto& each : wanted) {
        auto refuse = [&](const error& why) {
            found.push_back({severity::error, each.where, why.text});
        };
        auto file = find_file(each.name);
        auto fetched = file ? fetch(file->name, file->file) : file.error();
        if (!fetched) {
            refuse(fetched.error());
            continue;
        }
        for (const auto& need : fetched->about.needs)
            if (std::find(names.begin(), names.end(), need) == names.end())
                refuse(fail(errc::unavailable, cat(each.name, " needs ", need,
                                                   ", which modules.conf.xml does not name")));
        auto made = std::make_shared<generation>(fetched->about, fetched->file, ++generations_,
                                                 fetched->copy, log_level::warning, shared_, *this);
        all_.push_back(made);
        auto up = made->open();
        if (up) up = made->check(config, found);
        if (!up) refuse(up.error());
    }
}

}  // namespace strowger
