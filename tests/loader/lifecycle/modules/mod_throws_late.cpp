// Throws in start(), after it began things.
#include <strowger/module.hpp>

#include <stdexcept>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        ctx_.spawn("begun", begun());
        hears_ = ctx_.bus().subscribe_named("", [](const fact_view&) {});
        command left{"left_behind", capability::read, "", "", {}, {}, {}};
        left.answer = [](const command_request&) { return command_reply{}; };
        left_ = ctx_.registry().add(left).value();
        throw std::runtime_error("start is unhappy");
    }

private:
    context& ctx_;
    task<> begun() { co_await ctx_.sleep_for(std::chrono::hours(1)); }
    token hears_, left_;
};

}  // namespace

STROWGER_MODULE(tested)
