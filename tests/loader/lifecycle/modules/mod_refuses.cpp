// Answers start() with an error.
#include <strowger/module.hpp>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        return fail(errc::io_error, cat(ctx_.module_name(), ": its port is in use"));
    }

private:
    context& ctx_;
};

}  // namespace

STROWGER_MODULE(tested)
