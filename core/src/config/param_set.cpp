#include "config/param_types.hpp"

#include <strowger/config.hpp>
#include <strowger/text.hpp>

#include <algorithm>

namespace strowger {

namespace {

const param_spec* spec_of(const std::vector<param_spec>& specs, std::string_view name) noexcept {
    for (const auto& spec : specs)
        if (spec.name == name) return &spec;
    return nullptr;
}

problem unknown(const std::string& name, const source_ref& where,
                const std::vector<param_spec>& specs,
                const std::vector<std::string_view>& known_elsewhere) {
    if (std::find(known_elsewhere.begin(), known_elsewhere.end(), name) != known_elsewhere.end())
        return {severity::notice, where, cat("not built yet: \"", name, "\" does nothing here")};
    std::vector<std::string_view> names;
    for (const auto& spec : specs) names.push_back(spec.name);
    auto near = nearest(name, names);
    return {severity::warning, where,
            cat("there is no param \"", name, "\"; ",
                near.empty() ? std::string("it does nothing, expected one that this part knows")
                             : cat("it does nothing, expected perhaps \"", near, "\""))};
}

}  // namespace

param_set::param_set(const config_node& parent, const std::vector<param_spec>& specs,
                     problems& found, const std::vector<std::string_view>& known_elsewhere,
                     std::string_view tag)
    : specs_(&specs), parent_(parent.where) {
    parent.each(tag, [&](const config_node& param) {
        const auto* name = param.attribute("name");
        const auto* given = param.attribute("value");
        if (!name || name->empty() || !given) {
            found.push_back({severity::warning, param.where,
                             cat('<', tag, "> without ", name && !name->empty() ? "value" : "name",
                                 name && !name->empty() ? cat(" (\"", *name, "\")") : std::string(),
                                 " does nothing; expected <", tag, " name=\"…\" value=\"…\"/>")});
            return;
        }
        const auto* spec = spec_of(specs, *name);
        if (!spec) {
            found.push_back(unknown(*name, param.where, specs, known_elsewhere));
            return;
        }
        std::string kept = spec->type == param_type::text ? *given : std::string(trim(*given));
        // An empty value of a typed param means "as if it were not there", as in FreeSWITCH.
        if (kept.empty() && spec->type != param_type::text) return;
        if (auto expected = misfit(*spec, kept)) {
            auto shown = is_secret_name(*name) ? std::string("(not shown)") : cat('"', kept, '"');
            found.push_back({severity::error, param.where,
                             cat(*name, " is ", shown, "; expected ", *expected)});
            return;
        }
        for (auto& [known, earlier] : values_)
            if (known == *name) {
                earlier = {std::move(kept), param.where};
                return;
            }
        values_.push_back({*name, {std::move(kept), param.where}});
    });
}

const param_set::value* param_set::find(std::string_view name) const noexcept {
    for (const auto& [known, held] : values_)
        if (known == name) return &held;
    return nullptr;
}

bool param_set::given(std::string_view name) const noexcept { return find(name) != nullptr; }

std::string param_set::text(std::string_view name) const {
    if (const auto* held = find(name)) return held->text;
    const auto* spec = spec_of(*specs_, name);
    return spec ? std::string(spec->otherwise) : std::string();
}

bool param_set::boolean(std::string_view name) const { return is_true(text(name)); }

std::int64_t param_set::integer(std::string_view name) const { return number_of(text(name)); }

source_ref param_set::where(std::string_view name) const {
    const auto* held = find(name);
    return held ? held->where : parent_;
}

}  // namespace strowger
