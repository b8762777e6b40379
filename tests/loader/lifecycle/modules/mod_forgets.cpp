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
        ::new (alarm_) token(ctx_.clock().after(milliseconds(50), [] {}));
        return {};
    }

private:
    context& ctx_;
    alignas(token) std::byte hears_[sizeof(token)];
    alignas(token) std::byte alarm_[sizeof(token)];
};

}  // namespace

STROWGER_MODULE(tested, "mod_forgets", "1.0", "", side_by_side)
