// Owns something, so that no two can run.
#include <strowger/module.hpp>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        // Fails once when told to: the next start is the old generation's.
        if (ctx_.config().global("refuse_once").empty()) {
            command idle{.name = "exclusive_command"};
            idle.answer = [](const command_request&) { return command_reply{}; };
            auto added = ctx_.registry().add(std::move(idle));
            if (!added) return added.error();
            command_ = std::move(*added);
            return {};
        }
        ctx_.config().set_global("refuse_once", "");
        return fail(errc::io_error, "its port is in use");
    }

private:
    context& ctx_;
    token command_;
};

}  // namespace

STROWGER_MODULE(tested)
