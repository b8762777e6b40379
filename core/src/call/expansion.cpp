#include "call/expansion.hpp"

#include <strowger/expand.hpp>

#include <exception>

namespace strowger {
namespace {

constexpr int most_nested = 10;  // each has a stack of its own: ${eval ${eval …}}

class source final : public expansion_source {
public:
    source(expander& from, channel* on, const variables* over)
        : from_(from), on_(on), over_(over) {}
    std::optional<std::string> variable(std::string_view name) const override {
        if (over_)
            if (const auto* value = over_->find(name)) return *value;
        return on_ ? on_->lookup(name) : from_.global(name);
    }
    std::string command(std::string_view name, std::string args) const override {
        return from_.command(name, std::move(args), on_);
    }

private:
    expander& from_;
    channel* on_;
    const variables* over_;
};

}  // namespace

std::string expander::expand(std::string_view text, channel* on, const variables* over) {
    if (text.find('$') == text.npos) return std::string(text);
    return strowger::expand(text, source(*this, on, over));
}

std::string expander::command(std::string_view name, std::string args, channel* on) {
    auto found = names_.find_command(name);
    if (!found) {
        if (first_time(cat("command ", name)))
            log_.warning("\"${", name, "(…)}\" in a text: there is no command of that name; the ",
                         "text is empty. Is its module loaded?");
        return {};
    }
    if (found->what != capability::read || !found->answer) {
        if (first_time(cat("command ", name)))
            log_.warning("\"${", name,
                         "(…)}\" in a text: only commands that read run there, and \"", name,
                         "\" changes things; the text is empty");
        return {};
    }
    if (depth_ >= most_nested) {
        if (first_time("nested commands"))
            log_.warning("\"${", name,
                         "(…)}\" in a text: commands within commands are nested more than ",
                         most_nested, " deep; the text is empty");
        return {};
    }
    struct level {
        explicit level(int& depth) : depth_(depth) { ++depth_; }
        ~level() { --depth_; }
        int& depth_;
    } inside(depth_);
    command_request request{std::move(args), on};
    try {
        return found->answer(request).text;
    } catch (const std::exception& thrown) {
        log_.error("command ", name, " failed within a text: ", thrown.what());
    }
    return {};
}

std::optional<std::string> expander::global(std::string_view name) const {
    auto value = config_.global(name);
    if (value.empty()) return std::nullopt;
    return value;
}

bool expander::first_time(std::string_view what) {
    if (said_.size() >= 1000 || said_.find(what) != said_.end()) return false;
    said_.emplace(what);
    return true;
}

}  // namespace strowger
