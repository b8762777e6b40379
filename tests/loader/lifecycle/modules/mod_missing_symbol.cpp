// Uses a function that nobody has.
#include <strowger/module.hpp>

extern "C" bool is_nowhere();

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        static_cast<void>(ctx_);
        return is_nowhere() ? result<void>() : fail(errc::internal, "");
    }

private:
    context& ctx_;
};

}  // namespace

STROWGER_STAMP("mod_missing_symbol", "1.0", "", "side_by_side")
STROWGER_MODULE(tested)
