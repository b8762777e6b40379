// Owns something, so that no two can run.
#include <strowger/module.hpp>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        // Fails once when told to: the next start is the old generation's.
        if (ctx_.config().global("refuse_once").empty()) return {};
        ctx_.config().set_global("refuse_once", "");
        return fail(errc::io_error, "its port is in use");
    }

private:
    context& ctx_;
};

}  // namespace

STROWGER_MODULE(tested, "mod_exclusive", "1.0", "", exclusive)
