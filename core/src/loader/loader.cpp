#include "loader/loader.hpp"

#include "log/problems.hpp"

#include <strowger/abi.hpp>
#include <strowger/events.hpp>
#include <strowger/mask.hpp>
#include <strowger/text.hpp>

#include <algorithm>

namespace strowger {

namespace {

bool is_module_name(std::string_view name) noexcept {
    return !name.empty() && name.size() < 60 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

// What stays mapped at the end is kept for ever: its counters and contexts may still be used.
void keep_for_ever(std::shared_ptr<generation> which) {
    static auto& kept = *new std::vector<std::shared_ptr<generation>>;
    which->now = generation::phase::quarantined;
    kept.push_back(std::move(which));
}

}  // namespace

loader::loader(loader_options options, const shared_services& shared, logger& log)
    : options_(std::move(options)),
      shared_(shared),
      log_(log),
      copies_(options_.run_dir),
      turns_(shared.loop) {
    if (options_.abi_tag.empty()) options_.abi_tag = STROWGER_ABI_TAG;
}

loader::~loader() {
    for (auto& each : all_) keep_for_ever(std::move(each));
}

std::string loader::path_of(std::string_view name) const {
    return cat(options_.mod_dir, "/", name, ".so");
}

loader::generation_ptr loader::running(std::string_view name) const {
    for (const auto& each : all_)
        if (each->about.name == name && each->now == generation::phase::running) return each;
    return nullptr;
}

loader::generation_ptr loader::any(std::string_view name) const {
    if (auto found = running(name)) return found;
    for (const auto& each : all_)
        if (each->about.name == name) return each;
    return nullptr;
}

bool loader::listed(const generation& which) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const auto& each) { return each.get() == &which; });
}

std::vector<std::string> loader::needed_by(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& each : all_)
        if (each->now == generation::phase::running &&
            std::find(each->about.needs.begin(), each->about.needs.end(), name) !=
                each->about.needs.end())
            names.push_back(each->about.name);
    return names;
}

result<void> loader::not_needed(std::string_view name) const {
    std::string others;
    auto names = needed_by(name);
    for (const auto& each : names) others += (others.empty() ? "" : ", ") + each;
    if (names.empty()) return {};
    return fail(errc::busy, cat(others, names.size() == 1 ? " needs " : " need ", name, ": unload ",
                                others, " first"));
}

// ---- load

// From here on its code runs. A failure retires it: it ends like any other module.
result<void> loader::bring_up(generation_ptr which) {
    all_.push_back(which);
    auto up = which->open();
    if (up) {
        problems found;
        if (auto config = shared_.config.current()) up = which->check(*config, found);
        write_problems(log_, found);
    }
    if (up) up = which->start();
    if (up) return up;
    retire(which, "it did not start");
    return up;
}

result<loader::generation_ptr> loader::start_new(candidate what) {
    const auto& name = what.about.name;
    for (const auto& need : what.about.needs)
        if (!running(need))
            return fail(errc::unavailable,
                        cat(name, " needs ", need, ", which is not loaded: load ", need, " first"));
    if (auto there = any(name); there && !what.about.side_by_side)
        return fail(errc::busy, cat(name, " is here already and cannot run twice"));
    auto level = options_.level ? options_.level(name) : log_level::info;
    auto made = std::make_shared<generation>(what.about, what.file, ++generations_, what.copy,
                                             level, shared_, *this);
    auto up = bring_up(made);
    if (!up) return up.error();
    made->mapped_size = mapped_bytes(*what.copy);
    made->load_time =
        std::chrono::duration_cast<std::chrono::microseconds>(real::now() - what.begun);
    log_.notice("loaded ", name, " ", what.about.version, " (generation ", made->number, ")");
    shared_.bus.publish(module_load{name, what.file});
    return made;
}

result<loader::module_file> loader::find_file(std::string name_or_path) const {
    auto slash = name_or_path.rfind('/');
    if (slash == name_or_path.npos) {
        if (!is_module_name(name_or_path))
            return fail(errc::invalid_argument,
                        cat("\"", printable(name_or_path),
                            "\" is no module's name: one looks like mod_commands"));
        auto file = path_of(name_or_path);
        return module_file{std::move(name_or_path), std::move(file)};
    }
    if (!paths_allowed())
        return fail(errc::not_permitted,
                    cat("\"", printable(name_or_path), "\" is not in the module directory, ",
                        options_.mod_dir,
                        ": copy the file there, or set allow-absolute-paths=true in "
                        "modules.conf.xml"));
    auto name = std::string_view(name_or_path).substr(slash + 1);
    if (name.ends_with(".so")) name.remove_suffix(3);
    if (name_or_path.front() != '/' || !is_module_name(name))
        return fail(errc::invalid_argument,
                    cat("\"", printable(name_or_path),
                        "\" is no module's file: give an absolute path, as /opt/pbx/mod_x.so"));
    auto file = name_or_path.ends_with(".so") ? name_or_path : name_or_path + ".so";
    return module_file{std::string(name), std::move(file)};
}

// Is there room for a generation of that name?
result<void> loader::may_load(const std::string& name) const {
    if (ending_) return fail(errc::cancelled, cat(name, " is not loaded: the program ends"));
    auto there = any(name);
    if (!there) return {};
    if (there->now == generation::phase::running)
        return fail(errc::already_exists,
                    cat(name, " is loaded already; \"reload ", name, "\" takes a new file"));
    if (!there->about.side_by_side)
        return fail(errc::busy, cat(name, " is still stopping (", there->reason,
                                    ") and cannot run twice: wait for its end"));
    return {};
}

// One that is just ending, or that did not start, is waited for: the next order finds no trace of
// it. A generation that drains for as long as its calls last hinders nobody.
task<> loader::settle(std::string name) {
    auto there = any(name);
    if (!there || there->now != generation::phase::stopping) co_return;
    if (there->about.side_by_side && there->uses.leases.count() != 0) co_return;
    co_await wait_gone(there, real::now() + seconds(2));
}

task<result<void>> loader::load_in_turn(std::string name_or_path) {
    auto what = find_file(std::move(name_or_path));
    if (!what) co_return what.error();
    co_await settle(what->name);
    auto outcome = co_await load_settled(*what);
    if (!outcome) {
        log_.error("a module was not loaded: ", outcome.error().text);
        co_await settle(what->name);
    }
    co_return outcome;
}

task<result<void>> loader::load_settled(module_file what) {
    if (auto may = may_load(what.name); !may) co_return may;
    if (auto fresh = read_configuration(); !fresh)
        co_return fail(fresh.error().code, cat(what.name, " is not loaded: ", fresh.error().text));
    auto fetched = co_await fetch_aside(what.name, what.file);
    if (!fetched) co_return fetched.error();
    if (auto may = may_load(what.name); !may) co_return may;  // time has passed
    auto loaded = start_new(std::move(*fetched));
    if (!loaded) co_return loaded.error();
    co_return result<void>();
}

// ---- all of them

module_row loader::row_of(const generation& which) const {
    module_row row;
    row.name = which.about.name;
    row.version = which.about.version;
    row.tag = which.about.tag;
    row.file = which.file;
    row.state = which.now == generation::phase::running    ? "running"
                : which.now == generation::phase::stopping ? cat("stopping: ", which.reason)
                                                           : cat("quarantined: ", which.reason);
    row.generation = which.number;
    row.side_by_side = which.about.side_by_side;
    row.loaded = which.made;
    row.load_time = which.load_time;
    row.mapped_bytes = which.mapped_size;
    row.leases = which.uses.leases.count();
    row.handlers = which.uses.handlers.count();
    row.work = which.uses.work.count();
    row.uses = which.uses.total();
    row.coroutines = which.context().spawned();
    row.needs = which.about.needs;
    row.needed_by = needed_by(which.about.name);
    for (auto& entry : shared_.names.names_of(which.uses.leases))
        row.registered.emplace_back(std::move(entry.kind), std::move(entry.name));
    return row;
}

std::vector<module_row> loader::list() const {
    std::vector<module_row> rows;
    for (const auto& each : all_) rows.push_back(row_of(*each));
    return rows;
}

void loader::apply_levels() {
    if (!options_.level) return;
    for (const auto& each : all_) each->context().log().set_level(options_.level(each->about.name));
}

}  // namespace strowger
