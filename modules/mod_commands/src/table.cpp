#include "table.hpp"

#include <strowger/mask.hpp>
#include <strowger/text.hpp>

namespace strowger::commands {

std::string json_text(std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string out = "\"";
    for (char c : valid_utf8(text)) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7F) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string as_json(const table& what) {
    std::string out = cat("{\"row_count\":", what.rows.size(), ",\"rows\":[");
    for (std::size_t r = 0; r < what.rows.size(); ++r) {
        out += r == 0 ? "{" : ",{";
        for (std::size_t c = 0; c < what.columns.size(); ++c) {
            if (c != 0) out += ',';
            out += json_text(what.columns[c]) + ':' + json_text(what.rows[r][c]);
        }
        out += '}';
    }
    return out + "]}";
}

std::string as_delimited(const table& what, std::string_view delimiter) {
    auto line = [&](const std::vector<std::string>& cells) {
        std::string out;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i != 0) out += delimiter;
            out += printable(cells[i]);
        }
        return out + '\n';
    };
    std::string out = line(what.columns);
    for (const auto& row : what.rows) out += line(row);
    return out + cat('\n', what.rows.size(), " total.");
}

bool render(const table& what, std::string_view form, std::size_t width, std::string& out) {
    form = trim(form);
    if (form.empty()) {
        out = as_text(what, width);
    } else if (iequals(form, "as json")) {
        out = as_json(what);
    } else if (form.size() >= 12 && iequals(form.substr(0, 12), "as delimited")) {
        auto delimiter = trim(form.substr(12));
        out = as_delimited(what, delimiter.empty() ? "," : delimiter);
    } else {
        return false;
    }
    return true;
}

}  // namespace strowger::commands
