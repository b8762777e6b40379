// mod_apps: the applications that a dialplan is made of.
#include "apps.hpp"

#include <strowger/module.hpp>

namespace {

class mod_apps final : public strowger::module {
public:
    explicit mod_apps(strowger::context& in) : in_(in) {}
    strowger::result<void> start() override {
        for (auto& each : strowger::apps::all_applications(in_)) {
            auto added = in_.registry().add(std::move(each));
            if (!added) return added.error();
            names_.push_back(std::move(*added));
        }
        return {};
    }

private:
    strowger::context& in_;
    std::vector<strowger::token> names_;
};

}  // namespace

STROWGER_MODULE(mod_apps)
