#include "settings.hpp"

#include <strowger/text.hpp>

namespace strowger::sqlite {

settings read_settings(const config_snapshot& from, problems& found) {
    const std::vector<param_spec> specs{
        {"database", param_type::text, "", 0, 0, "", "the file that keeps the registrations"}};
    const auto* directory = from.global("db_dir");
    settings out;
    out.file = cat(directory && !directory->empty() ? std::string_view(*directory) : ".",
                   "/registrations.db");
    const auto* file = from.file("sqlite.conf");
    const auto* node = file ? file->child("settings") : nullptr;
    if (!node) return out;
    param_set params(*node, specs, found);
    if (auto text = params.text("database"); !text.empty()) {
        if (text.front() != '/')
            found.push_back({severity::error, params.where("database"),
                             cat("database: \"", text,
                                 "\" is no whole path. Write it from the root, as "
                                 "$${db_dir}/registrations.db")});
        out.file = std::move(text);
    }
    return out;
}

}  // namespace strowger::sqlite
