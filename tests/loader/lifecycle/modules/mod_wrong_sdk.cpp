// Was built for another SDK.
#include <strowger/module.hpp>

#undef STROWGER_SDK_NUMBER
#define STROWGER_SDK_NUMBER "0"

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        static_cast<void>(ctx_);
        return {};
    }

private:
    context& ctx_;
};

}  // namespace

STROWGER_MODULE(tested, "mod_wrong_sdk", "1.0", "", side_by_side)
