// `module status NAME`: everything that the loader knows of a module, generation by generation.
#include "commands.hpp"
#include "screen.hpp"
#include "table.hpp"

#include <strowger/mask.hpp>
#include <strowger/modules.hpp>
#include <strowger/text.hpp>

#include <algorithm>
#include <ctime>
#include <map>

namespace strowger::commands {

namespace {

constexpr std::size_t value_at = 17;  // where the values begin

using words = std::vector<std::string>;

// One line a value; on a terminal, a long one goes on below itself.
class page {
public:
    explicit page(std::size_t width) : width_(width) {}

    void title(std::string_view text) { text_ += cat(printable(text), '\n'); }
    void line(std::string_view name, std::string_view value) {
        std::string begun = cat("  ", name);
        begun.resize(std::max(value_at, begun.size() + 1), ' ');
        auto left = printable(value);
        while (width_ > value_at + 20 && begun.size() + shown_width(left) > width_) {
            auto room = width_ - begun.size();
            auto end = left.rfind(' ', room);
            if (end == left.npos || end == 0) break;
            text_ += cat(begun, std::string_view(left).substr(0, end), '\n');
            left.erase(0, end + 1);
            begun.assign(value_at, ' ');
        }
        text_ += cat(begun, left, '\n');
    }
    void blank() { text_ += '\n'; }
    std::string text() && {
        text_.pop_back();
        return std::move(text_);
    }

private:
    std::size_t width_;
    std::string text_;
};

std::string joined(const words& all, std::string_view when_empty) {
    std::string out;
    for (const auto& each : all) out += cat(out.empty() ? "" : ", ", each);
    return out.empty() ? std::string(when_empty) : out;
}

std::string utc(wall_time when) {
    auto seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    auto size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
    return std::string(text, size);
}

// "2 days 3 h", "3 min 20 s", "5 s"
std::string ago(std::chrono::seconds span) {
    auto all = std::max<std::int64_t>(span.count(), 0);
    auto days = all / 86'400, hours = all / 3600 % 24, minutes = all / 60 % 60;
    if (days > 0) return cat(days, days == 1 ? " day " : " days ", hours, " h");
    if (hours > 0) return cat(hours, " h ", minutes, " min");
    if (minutes > 0) return cat(minutes, " min ", all % 60, " s");
    return cat(all, " s");
}

std::string milliseconds_of(std::chrono::microseconds span) {
    return cat(span.count() / 1000, '.', span.count() / 100 % 10, " ms");
}

// 3 × "keep-alive", 1 × "ping"
std::string counted(const words& names) {
    std::map<std::string, std::size_t> times;
    for (const auto& each : names) ++times[each];
    words out;
    for (const auto& [name, count] : times) out.push_back(cat(count, " × \"", name, '"'));
    return joined(out, "none");
}

std::string uses_of(const module_row& row) {
    return cat(row.uses, ": ", row.leases, " of what it registered, ", row.handlers,
               " waiting handlers, ", row.work, " coroutines and blocking work");
}

void describe(const module_row& row, wall_time now, page& out) {
    out.title(row.name);
    out.line("state", row.state);
    out.line("version", row.version);
    out.line("generation",
             cat(row.generation, row.side_by_side
                                     ? ", side by side: a reload starts the next one beside it"
                                     : ", exclusive: a reload ends it, then starts the next one"));
    out.line("file", row.file);
    auto tag = row.tag;
    for (std::size_t at = 0; (at = tag.find(';', at)) != tag.npos; at += 2)
        tag.replace(at, 1, ", ");
    out.line("built with", tag);
    auto since = std::chrono::duration_cast<std::chrono::seconds>(now - row.loaded);
    out.line("loaded", cat(utc(row.loaded), ", ", ago(since), " ago"));
    out.line("load time", milliseconds_of(row.load_time));
    out.line("address space", cat(row.mapped_bytes / 1024, " KB"));
    out.line("uses", uses_of(row));
    out.line("coroutines", counted(row.coroutines));
    out.line("needs", joined(row.needs, "nothing"));
    out.line("needed by", joined(row.needed_by, "nobody"));
    std::map<std::string, words> kinds;
    for (const auto& [kind, name] : row.registered) kinds[kind].push_back(name);
    if (kinds.empty()) out.line("registered", "nothing");
    for (auto& [kind, names] : kinds) {
        std::ranges::sort(names);
        out.line(cat(kind, 's'), joined(names, ""));
    }
}

command_reply unknown(const std::string& name, const std::vector<module_row>& loaded) {
    words names;
    for (const auto& each : loaded)
        if (std::ranges::find(names, each.name) == names.end()) names.push_back(each.name);
    auto full = "mod_" + name;
    auto near = std::ranges::find(names, full) != names.end() ? full : nearest(name, names);
    return command_error(cat("There is no module '", name, "'.",
                             near.empty() ? "" : cat(" Did you mean '", near, "'?"),
                             " Loaded are: ", joined(names, "none"), '.'));
}

command_reply status(context& core, const std::string& name) {
    auto loaded = core.modules().list();
    page out(screen_width());
    bool any = false;
    for (const auto& row : loaded) {
        if (row.name != name) continue;
        if (std::exchange(any, true)) out.blank();
        describe(row, core.clock().wall(), out);
    }
    if (!any) return unknown(name, loaded);
    return {true, std::move(out).text()};
}

command_reply subcommand(context& core, std::string_view args) {
    auto given = split_words(args);
    if (given.empty())
        return {true,
                "module status <module>  all that is known of one\n"
                "show modules            lists them; load, unload and reload steer them"};
    if (given.size() != 2 || !iequals(given[0], "status"))
        return command_error("module: expected status <module>.");
    return status(core, given[1]);
}

}  // namespace

command module_command(context& core) {
    return {.name = "module",
            .syntax = "[status <module>]",
            .help = "Tells all that is known of a module: what holds it, what it registered.",
            .answer =
                [&core](const command_request& request) { return subcommand(core, request.args); },
            .complete =
                [&core](std::string_view args) {
                    std::vector<std::string> names;
                    if (!iequals(args, "status")) return names;
                    for (const auto& each : core.modules().list())
                        if (std::ranges::find(names, each.name) == names.end())
                            names.push_back(each.name);
                    return names;
                }};
}

}  // namespace strowger::commands
