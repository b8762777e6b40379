// A table as text, as wide as it likes or as wide as a terminal is.
#include "table.hpp"

#include <strowger/mask.hpp>
#include <strowger/text.hpp>

#include <algorithm>
#include <numeric>

namespace strowger::commands {

namespace {

constexpr std::size_t gap = 2;  // between columns
constexpr std::size_t narrowest = 60;
constexpr std::size_t usual_least = 8;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The first characters of a text, the last one replaced by "…" when that is not all of it.
std::string cut(const std::string& text, std::size_t width) {
    if (shown_width(text) <= width) return text;
    std::size_t at = 0, taken = 0;
    while (taken + 1 < width) {
        ++at;
        while (at < text.size() && continues(text[at])) ++at;
        ++taken;
    }
    return text.substr(0, at) + "…";
}

// The columns that are shown, by their index, and how wide each is.
struct layout {
    std::vector<std::size_t> columns;
    std::vector<std::size_t> widths;

    std::size_t total() const {
        auto gaps = columns.empty() ? 0 : (columns.size() - 1) * gap;
        return std::accumulate(widths.begin(), widths.end(), gaps);
    }
};

// All of them, each as wide as its widest text.
layout natural(const table& what) {
    layout out;
    for (std::size_t i = 0; i < what.columns.size(); ++i) {
        auto widest = shown_width(what.columns[i]);
        for (const auto& row : what.rows)
            if (i < row.size()) widest = std::max(widest, shown_width(row[i]));
        out.columns.push_back(i);
        out.widths.push_back(widest);
    }
    return out;
}

// No column is cut further than this, and its name never.
std::size_t least_of(const table& what, std::size_t column) {
    auto out = usual_least;
    for (const auto& [name, least] : what.least)
        if (name == what.columns[column]) out = least;
    return std::max(out, shown_width(what.columns[column]));
}

void leave_out(const table& what, std::string_view name, layout& from) {
    for (std::size_t i = 0; i < from.columns.size(); ++i)
        if (what.columns[from.columns[i]] == name) {
            from.columns.erase(from.columns.begin() + static_cast<std::ptrdiff_t>(i));
            from.widths.erase(from.widths.begin() + static_cast<std::ptrdiff_t>(i));
            return;
        }
}

// Makes the widest column, of these that can be cut, one narrower. False: there is none.
bool shrink_one(const table& what, layout& columns, bool only_cut_first) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < columns.widths.size(); ++i) {
        auto column = columns.columns[i];
        bool meant = !only_cut_first || std::ranges::find(what.cut_first, what.columns[column]) !=
                                            what.cut_first.end();
        auto& width = columns.widths[i];
        if (meant && width > least_of(what, column) && (!widest || width >= *widest))
            widest = &width;
    }
    if (widest) --*widest;
    return widest != nullptr;
}

// Makes columns narrower until all fit. False: they would be cut too short.
bool shrink(const table& what, std::size_t width, layout& columns) {
    while (columns.total() > width)
        if (!shrink_one(what, columns, true) && !shrink_one(what, columns, false)) return false;
    return true;
}

void append_row(std::string& out, const std::vector<std::string>& cells, const layout& how) {
    std::string line;
    for (std::size_t i = 0; i < how.columns.size(); ++i) {
        auto column = how.columns[i];
        std::string cell = column < cells.size() ? printable(cells[column]) : std::string();
        cell = cut(cell, how.widths[i]);
        line += cell;
        line.append(how.widths[i] - shown_width(cell) + gap, ' ');
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1);
    out += '\n';
}

std::string lines(const table& what, const layout& how) {
    std::string out;
    if (what.rows.empty()) return out;
    append_row(out, what.columns, how);
    for (const auto& row : what.rows) append_row(out, row, how);
    return out + '\n';
}

// What a narrow screen can show: a line for each text that there is, a blank line after each row.
std::string blocks(const table& what) {
    std::string out;
    for (const auto& row : what.rows) {
        for (std::size_t i = 0; i < row.size() && i < what.columns.size(); ++i)
            if (!row[i].empty()) out += cat(what.columns[i], ": ", printable(row[i]), '\n');
        out += '\n';
    }
    return out;
}

std::string fitted(const table& what, std::size_t width) {
    auto how = natural(what);
    if (width == 0 || how.total() <= width) return lines(what, how);
    if (width < narrowest) return blocks(what);
    auto left_out = what.spare.begin();
    for (;;) {
        auto tried = how;
        if (shrink(what, width, tried)) {
            how = std::move(tried);
            break;
        }
        if (left_out == what.spare.end()) return blocks(what);
        leave_out(what, *left_out, how);
        ++left_out;
    }
    std::string names;
    for (auto each = what.spare.begin(); each != left_out; ++each)
        names += cat(names.empty() ? "" : ", ", *each);
    auto out = lines(what, how);
    if (!names.empty()) out += cat("Not shown, for want of room: ", names, ".\n");
    return out;
}

}  // namespace

std::size_t shown_width(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

std::string as_text(const table& what, std::size_t width) {
    return cat(fitted(what, width), what.rows.size(), " ", what.noun,
               what.rows.size() == 1 ? "" : "s", " total.");
}

}  // namespace strowger::commands
