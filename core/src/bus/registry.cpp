#include "bus/make.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace strowger {

registry_table::~registry_table() = default;

namespace {

enum kind : std::size_t { application_kind, command_kind, interface_kind, kinds };
constexpr std::array<std::string_view, kinds> kind_words{"application", "command", "interface"};

struct registration {
    std::uint64_t id;
    std::string module;
    use_counter* counter;
    bool hidden = false;
    std::shared_ptr<const void> object;  // an application or command of our own, or an interface
};

struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

// A name's registrations, newest last. A generation that withdraws gives the name back to the older
// one beneath it: so a reload whose new generation fails has changed nothing.
using names_map =
    std::unordered_map<std::string, std::vector<registration>, text_hash, std::equal_to<>>;

class table final : public registry_table, token_owner {
public:
    std::unique_ptr<registry> for_module(std::string module, use_counter& counter) override;

    void hide(const use_counter& counter, bool hidden) override {
        for (auto& names : names_)
            for (auto& [name, stack] : names)
                for (auto& each : stack)
                    if (each.counter == &counter) each.hidden = hidden;
    }

    void drop(const use_counter& counter) override {
        erase([&](const registration& each) { return each.counter == &counter; });
    }

    std::vector<registered_name> names_of(const use_counter& counter) const override {
        return list([&](const registration& each) { return each.counter == &counter; });
    }

    result<token> add(kind what, std::string_view name, std::shared_ptr<const void> object,
                      const std::string& module, use_counter& counter) {
        if (name.empty())
            return fail(errc::invalid_argument,
                        cat(module, " registered an ", kind_words[what], " without a name"));
        auto& stack = names_[what][std::string(name)];
        for (const auto& each : stack)
            if (each.module != module)
                return fail(errc::already_exists,
                            cat("the ", kind_words[what], " \"", name, "\" of ", module,
                                " is refused: ", each.module,
                                " has registered that name; unload one of the two"));
        stack.push_back({++last_id_, module, &counter, false, std::move(object)});
        return token(*this, last_id_);
    }

    const registration* find(kind what, std::string_view name) const noexcept {
        auto found = names_[what].find(name);
        if (found == names_[what].end()) return nullptr;
        for (auto each = found->second.rbegin(); each != found->second.rend(); ++each)
            if (!each->hidden) return &*each;
        return nullptr;
    }

    std::vector<registered_name> names() const {
        return list([](const registration& each) { return !each.hidden; });
    }

private:
    void withdraw(std::uint64_t id) noexcept override {
        erase([&](const registration& each) { return each.id == id; });
    }

    template <class Chosen>
    void erase(Chosen chosen) {
        for (auto& names : names_)
            for (auto entry = names.begin(); entry != names.end();) {
                std::erase_if(entry->second, chosen);
                entry = entry->second.empty() ? names.erase(entry) : std::next(entry);
            }
    }

    template <class Chosen>
    std::vector<registered_name> list(Chosen chosen) const {
        std::vector<registered_name> found;
        for (std::size_t what = 0; what < kinds; ++what)
            for (const auto& [name, stack] : names_[what]) {
                auto each = std::find_if(stack.rbegin(), stack.rend(), chosen);
                if (each != stack.rend())
                    found.push_back({std::string(kind_words[what]), name, each->module});
            }
        std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
        });
        return found;
    }

    std::array<names_map, kinds> names_;
    std::uint64_t last_id_ = 0;
};

class module_registry final : public registry {
public:
    module_registry(table& all, std::string module, use_counter& counter)
        : all_(all), module_(std::move(module)), counter_(counter) {}

    result<token> add(application what) override {
        auto name = what.name;
        return all_.add(application_kind, name, std::make_shared<application>(std::move(what)),
                        module_, counter_);
    }
    result<token> add(command what) override {
        auto name = what.name;
        if (!what.answer == !what.run)
            return fail(errc::invalid_argument,
                        cat("the command \"", name, "\" of ", module_,
                            " is refused: it has to have either answer or run"));
        return all_.add(command_kind, name, std::make_shared<command>(std::move(what)), module_,
                        counter_);
    }
    lease<const application> find_application(std::string_view name) const override {
        return find_as<const application>(application_kind, name);
    }
    lease<const command> find_command(std::string_view name) const override {
        return find_as<const command>(command_kind, name);
    }
    std::vector<registered_name> names() const override { return all_.names(); }

protected:
    result<token> add_interface(std::string_view name, std::shared_ptr<void> object) override {
        return all_.add(interface_kind, name, std::move(object), module_, counter_);
    }
    std::pair<use, std::shared_ptr<void>> find_interface(std::string_view name) const override {
        const auto* found = all_.find(interface_kind, name);
        if (found == nullptr) return {};
        return {use(found->counter), std::const_pointer_cast<void>(found->object)};
    }

private:
    template <class T>
    lease<T> find_as(kind what, std::string_view name) const {
        const auto* found = all_.find(what, name);
        if (found == nullptr) return {};
        return {use(found->counter), std::static_pointer_cast<T>(found->object)};
    }

    table& all_;
    std::string module_;
    use_counter& counter_;
};

std::unique_ptr<registry> table::for_module(std::string module, use_counter& counter) {
    return std::make_unique<module_registry>(*this, std::move(module), counter);
}

}  // namespace

std::unique_ptr<registry_table> make_registry_table() { return std::make_unique<table>(); }

}  // namespace strowger
