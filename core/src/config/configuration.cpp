// The current tree and the globals; reading anew, and telling who listens.
#include "config/directory_check.hpp"
#include "config/make.hpp"
#include "config/reader.hpp"
#include "config/snapshot.hpp"
#include "config/switch_check.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <utility>

namespace strowger {

namespace {

class file_configuration final : public configuration, token_owner {
public:
    file_configuration(config_options options, logger& log)
        : options_(std::move(options)), log_(log) {
        for (const auto& [name, value] : options_.overrides) fixed_.insert(name);
        globals_ = starting_globals();
        problems nothing;
        current_ = std::make_shared<tree_snapshot>(config_node{}, globals_, nothing);
    }

    config_ptr current() const override { return current_; }

    std::string global(std::string_view name) const override {
        auto found = globals_.find(name);
        return found == globals_.end() ? std::string() : found->second;
    }
    void set_global(std::string_view name, std::string value) override {
        run_time_.insert_or_assign(std::string(name), value);
        globals_.insert_or_assign(std::string(name), std::move(value));
    }
    std::vector<std::pair<std::string, std::string>> globals() const override {
        return {globals_.begin(), globals_.end()};
    }

    result<void> reload(problems& found) override;
    token on_reload(std::function<void(const config_ptr&)> hear) override {
        listeners_.emplace(++last_id_, std::move(hear));
        return token(*this, last_id_);
    }

private:
    void withdraw(std::uint64_t id) noexcept override { listeners_.erase(id); }

    // What is known before the first file is read, weakest first.
    global_map starting_globals() const {
        global_map start(options_.predefined.begin(), options_.predefined.end());
        for (const auto& [name, value] : run_time_) start.insert_or_assign(name, value);
        for (const auto& [name, value] : options_.overrides) start.insert_or_assign(name, value);
        return start;
    }
    void tell();

    config_options options_;
    logger& log_;
    std::set<std::string> fixed_;
    global_map globals_, run_time_;
    config_ptr current_;
    std::map<std::uint64_t, std::function<void(const config_ptr&)>> listeners_;
    std::uint64_t last_id_ = 0;
};

result<void> file_configuration::reload(problems& found) {
    const auto before = found.size();
    auto fresh = starting_globals();
    config_reader reader(options_.conf_dir, fresh, fixed_, found);
    auto root = reader.read();
    auto broken = [&] {
        return std::any_of(found.begin() + static_cast<std::ptrdiff_t>(before), found.end(),
                           [](const problem& each) { return each.level == severity::error; });
    };
    std::shared_ptr<const tree_snapshot> tree;
    if (!broken()) {
        tree = std::make_shared<tree_snapshot>(std::move(root), fresh, found);
        check_directory(tree->section("directory"), found);
        check_switch(*tree, found);
        if (options_.check) options_.check(*tree, found);
    }
    if (broken()) {
        auto first = std::find_if(found.begin() + static_cast<std::ptrdiff_t>(before), found.end(),
                                  [](const problem& p) { return p.level == severity::error; });
        return fail(errc::bad_syntax,
                    cat("the configuration is not taken, nothing has changed: ",
                        first->where.text(), first->where.file ? ": " : "", first->text));
    }
    globals_ = std::move(fresh);
    current_ = std::move(tree);
    tell();
    return {};
}

void file_configuration::tell() {
    // A listener may come or go meanwhile, so walk by id.
    const auto tree = current_;
    for (auto at = listeners_.begin(); at != listeners_.end();) {
        const auto id = at->first;
        const auto hear = at->second;
        try {
            hear(tree);
        } catch (const std::exception& thrown) {
            log_.error("a listener of the configuration failed: ", thrown.what());
        }
        at = listeners_.upper_bound(id);
    }
}

}  // namespace

std::unique_ptr<configuration> make_configuration(config_options options, logger& log) {
    return std::make_unique<file_configuration>(std::move(options), log);
}

}  // namespace strowger
