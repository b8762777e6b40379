// Needs mod_good.
#include <strowger/module.hpp>

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

STROWGER_MODULE(tested)
