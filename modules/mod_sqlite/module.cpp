// mod_sqlite: registrations in a file, durable before the phone hears 200.
#include "settings.hpp"
#include "store.hpp"

#include <strowger/module.hpp>

namespace strowger::sqlite {
namespace {

class sqlite_module final : public module {
public:
    explicit sqlite_module(context& core) : core_(core) {}

    void check(const config_snapshot& config, problems& found) override {
        (void)read_settings(config, found);
    }

    result<void> start() override {
        problems found;
        auto config = core_.config().current();
        if (!config) return fail(errc::unavailable, "there is no configuration to start with");
        auto wanted = read_settings(*config, found);
        for (const auto& one : found)
            if (one.level == severity::error) return fail(errc::invalid_argument, to_string(one));
        auto opened = store::open(core_, wanted.file);
        if (!opened) return opened.error();
        store_ = std::move(*opened);
        auto named = core_.registry().provide<registration_store>("registration_store/1", *store_);
        if (!named) return named.error();
        name_ = std::move(*named);
        return {};
    }

    void stop() noexcept override {
        if (store_) store_->stop();
    }

private:
    context& core_;
    std::unique_ptr<store> store_;
    token name_;
};

}  // namespace
}  // namespace strowger::sqlite

STROWGER_MODULE(strowger::sqlite::sqlite_module)
