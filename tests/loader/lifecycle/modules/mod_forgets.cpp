// Never takes back what it registered: its tokens are never destroyed.
#include <strowger/module.hpp>

#include <cstddef>
#include <new>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        ::new (hears_) token(ctx_.bus().subscribe_named("", [](const fact_view&) {}));
        ::new (alarm_) token(ctx_.clock().after(std::chrono::hours(1), [] {}));
        command forgotten{.name = "forgotten"};
        forgotten.answer = [](const command_request&) { return command_reply{}; };
        ::new (command_) token(ctx_.registry().add(std::move(forgotten)).value());
        return {};
    }

private:
    context& ctx_;
    alignas(token) std::byte hears_[sizeof(token)];
    alignas(token) std::byte alarm_[sizeof(token)];
    alignas(token) std::byte command_[sizeof(token)];
};

}  // namespace

STROWGER_MODULE(tested)
